"""The rules of a connector as its configuration has them now, asked about a URL without any request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection

from catalog.access import AccessList, access_list
from catalog.canonical_url import WebAddress, parse_url
from catalog.connectors import find_connector
from catalog.known_urls import last_robots, seed_redirects
from catalog.vocabulary import ALLOWED, Decision, Reason
from crawler.rules.filters import PatternList
from crawler.rules.link_rules import LinkRules
from crawler.rules.robots import PRODUCT_NAME, RobotsRules
from crawler.rules.traps.watch import TrapWatch
from crawler.sync.assembly import link_rules, seed_addresses, trap_watch
from settings.connector import ConnectorSettings

ORIGINS_REMEMBERED: Final = 4_096
"""Origins whose robots.txt is kept parsed."""

PAGE_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_ALLOW_ALL: Final = RobotsRules.from_answer(404, b"")
_NOBODY: Final = access_list((), ())


class RobotsAsCached:
    """What robots.txt files said when they were last read; an origin never asked allows all."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self.of = lru_cache(ORIGINS_REMEMBERED)(self._read)

    def _read(self, origin: str) -> RobotsRules:
        kept = None if self._connection is None else last_robots(self._connection, origin)
        if kept is None or kept[0] is None:
            return _ALLOW_ALL  # unreachable then: a sync asks anew before it believes anything
        return RobotsRules.from_answer(kept[0], kept[1] or b"")


@dataclass(frozen=True)
class Judge:
    """Says what the rules make of a URL.

    `seeds` need not be included to be crawled and indexed, nor their redirect targets (`ways_in`, which
    has the seeds too) to be crawled.
    """

    connector: ConnectorSettings
    links: LinkRules
    seeds: frozenset[str]
    ways_in: frozenset[str]
    robots: RobotsAsCached | None  # None: they are ignored
    traps: TrapWatch
    access: PatternList
    access_lists: tuple[AccessList, ...]

    @classmethod
    def of(
        cls,
        connector: ConnectorSettings,
        connection: Connection | None,
        listed: Iterable[WebAddress] = (),
    ) -> Judge:
        """The judge by a connector's settings, with what the catalog knows (None: nothing yet).

        `listed` are the folders of what its sitemaps in files list: they belong to its scope.
        """
        links = link_rules(connector, listed)
        seeds = frozenset(seed.url for seed in seed_addresses(connector))
        ways_in = set(seeds)
        number = None if connection is None else find_connector(connection, connector.name)
        if connection is not None and number is not None:
            redirects = seed_redirects(connection, number)
            for target in _targets(seeds, redirects):
                links = links.with_redirected_seed(target)
            ways_in |= {redirects[seed] for seed in seeds if seed in redirects}
        return cls(
            connector,
            links,
            seeds,
            frozenset(ways_in),
            RobotsAsCached(connection) if connector.politeness.robots == "obey" else None,
            trap_watch(connector, connection, number),
            PatternList("access", [rule.match for rule in connector.access]),
            tuple(access_list(rule.allow, rule.deny) for rule in connector.access),
        )

    def crawl(self, address: WebAddress, depth: int, *, is_document: bool = False) -> Decision:
        """Whether the URL would be asked for; robots.txt speaks last but for traps, as in a sync.

        A document that stands is asked for, whatever became of its pattern.
        """
        decision = self.links.decide(address, depth, is_seed=address.url in self.ways_in)
        if decision.allowed and self.robots is not None:
            decision = self.robots.of(address.origin).decide(address.url, PRODUCT_NAME)
        if decision.allowed and not is_document and address.url not in self.ways_in:
            decision = self.traps.refusal(address.url)
        return decision

    def keep(self, url: str, content_type: str | None) -> Decision:
        """Whether what stands there becomes a document; a type that is not known counts as a page's."""
        media_type = (content_type or "text/html").partition(";")[0].strip().lower()
        if media_type in PAGE_TYPES:
            return self.links.index_decision(url, is_seed=url in self.seeds)
        return self.links.file_decision(url, media_type, is_seed=url in self.seeds)

    def filters(self, url: str, *, is_file: bool) -> Decision:
        """Whether the filters let a page or a file of any type become a document."""
        if not is_file:
            return self.links.index_decision(url, is_seed=url in self.seeds)
        decision = self.links.file_decision(url, "", is_seed=url in self.seeds)
        return ALLOWED if decision.reason is Reason.FILE_TYPE_NOT_WANTED else decision

    def access_rule(self, url: str) -> int | None:
        """Which access rule decides about a document; None: no rule does, so that nobody may read it."""
        if self.access.patterns[:1] == ("",):  # the short form: one rule for all
            return 0
        return self.access.first_match(url, on_timeout=False)

    def readers(self, rule: int | None) -> AccessList:
        """Who may read by that rule."""
        return _NOBODY if rule is None else self.access_lists[rule]

    def quote_access(self, rule: int | None) -> str:
        """How an access rule is named."""
        return "access" if rule is None else self.access.quote(rule)


def address_of(url: str) -> WebAddress:
    """A canonical URL of the ledger, its fragment kept where that is a route."""
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)  # only canonical URLs are in the ledger
    return WebAddress(url, "", parsed.site) if parsed.fragment else parsed


def _targets(seeds: Iterable[str], redirects: Mapping[str, str]) -> list[WebAddress]:
    """Where the present seeds lead, over any number of redirects."""
    found: dict[str, WebAddress] = {}
    waiting = list(seeds)
    while waiting:
        target = redirects.get(waiting.pop())
        address = None if target is None else parse_url(target)
        if isinstance(address, WebAddress) and address.url not in found:
            found[address.url] = address
            waiting.append(address.url)
    return list(found.values())
