"""One page of a connector, fetched and read as by a sync, and nothing of it kept: what its mappings yield."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.canonical_url import WebAddress
from catalog.database import Catalog
from catalog.document import Document, url_key
from catalog.documents import read_documents
from catalog.explanation import Explanation, explain
from catalog.ledger import read_link_text
from catalog.runs import read_run
from catalog.task import FoundBy
from catalog.vocabulary import Decision, Reason
from crawler.planning.judge import Judge
from crawler.planning.ledger_plan import listed_in_files
from crawler.planning.thrown_away import thrown_away_crawl
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.sitemap_state import Sitemaps
from settings.configuration import Settings
from settings.connector import ConnectorSettings

_REQUESTS: Final = 5
"""The page, and where redirects or its canonical link lead."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a page. `decision` is what the rules would say of a link to it; `found` is None where it
    was never asked for, `document` where none came of it; `error` says why the crawl failed, if so."""

    url: str
    connector: str
    decision: Decision
    found: Explanation | None
    document: Document | None
    error: str | None


def connector_for(settings: Settings, address: WebAddress) -> tuple[ConnectorSettings, Decision]:
    """The connector that would crawl an address, else the first whose scope it is in, else just the first."""
    judged = []
    for connector in settings.connectors:
        judge = Judge.of(connector, None, listed_in_files(connector))
        judged.append((connector, judge.crawl(address, 0)))
    return min(judged, key=lambda each: (not each[1].allowed, each[1].reason is Reason.OUT_OF_SCOPE))


def try_page(
    settings: Settings,
    connector: ConnectorSettings,
    address: WebAddress,
    decision: Decision,
    known: Catalog | None,
) -> Trial:
    """Fetch one page by a connector's login, proxy and renderer, and read it by its selectors and mappings.

    Raises `CatalogError`, and `crawler.sync.site_access.UnusableSettingError`.
    """

    def begin_there(crawl: ConnectorCrawl) -> None:
        if address.url not in {seed.url for seed in crawl.seeds}:
            crawl.seeds_found_by = FoundBy.LINK  # a seed is exempt from filters, and may be a login
        crawl.seeds, crawl.sitemaps = (address,), Sitemaps()
        crawl.link_texts = {address.url: link_text}

    link_text = _link_text(known, connector.name, address.url)
    scope = connector.scope.model_copy(update={"max_depth": 0, "max_pages": _REQUESTS})
    alone = connector.model_copy(update={"scope": scope})
    with thrown_away_crawl(settings, [alone], known, begin_there) as left:
        found = next(iter(explain(left.connection, address.url)), None)
        kept = [] if found is None or found.document is None else [found.document.id]
        documents = read_documents(left.connection, kept)
        run = read_run(left.connection, left.crawls[0].run.id)
        return Trial(
            url=address.url,
            connector=connector.name,
            decision=decision,
            found=found,
            document=next(iter(documents.values()), None),
            error=None if run is None else run.error,
        )


def _link_text(known: Catalog | None, connector: str, url: str) -> str:
    """What a link said of the page that a sync found by it."""
    if known is None:
        return ""
    with known.read() as connection:
        return read_link_text(connection, url_key(connector, url))
