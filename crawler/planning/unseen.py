"""A URL that no crawl met: what each connector's rules would say of it, without asking for it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import Connection

from catalog.canonical_url import WebAddress
from catalog.connectors import find_connector
from catalog.url_variants import load_variants
from catalog.vocabulary import Reason
from crawler.planning.judge import Judge
from crawler.planning.ledger_plan import listed_in_files
from crawler.planning.unseen_prospect import Prospect
from crawler.variants.learning import Recognised, Variants
from settings.configuration import Settings

_PAGE_ENDINGS: Final = frozenset({"", ".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp", ".cgi"})


def prospects(connection: Connection, settings: Settings, address: WebAddress) -> tuple[Prospect, ...]:
    """The answer of every connector: those that would crawl it first, then those whose scope it is in."""
    found = []
    for connector in settings.connectors:
        judge = Judge.of(connector, connection, listed_in_files(connector))
        crawl = judge.crawl(address, 0)
        looks_like_file = PurePosixPath(address.path).suffix.lower() not in _PAGE_ENDINGS
        if not crawl.allowed:
            found.append(Prospect(connector.name, crawl, None, looks_like_file, None, None))
            continue
        keep = judge.filters(address.url, is_file=looks_like_file)
        rule = judge.access_rule(address.url)
        found.append(
            Prospect(
                connector.name,
                crawl,
                keep,
                looks_like_file,
                judge.readers(rule),
                judge.quote_access(rule),
                _variant_of(connection, connector.name, address.url),
            )
        )
    return tuple(sorted(found, key=lambda each: (not each.crawl.allowed, _is_elsewhere(each))))


def _variant_of(connection: Connection, connector: str, url: str) -> Recognised | None:
    number = find_connector(connection, connector)
    known = () if number is None else load_variants(connection, number)
    return Variants.of(known).expected(url)


def _is_elsewhere(prospect: Prospect) -> bool:
    return prospect.crawl.reason is Reason.OUT_OF_SCOPE
