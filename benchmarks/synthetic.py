"""A made-up web of any size, without a network: its fetcher and its reader cost next to nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.document import url_key
from catalog.runs import begin_run
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import ALLOWED, Reason, RunMode, refused
from catalog.writer import RunContext
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.outcome import HtmlFetched, Outcome
from crawler.recently_seen import RecentlySeen
from crawler.rules.filters import PatternList
from crawler.rules.link_rules import LinkRules
from crawler.rules.scope import Scope
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.reading import LINKS_REMEMBERED, Job, Reading
from crawler.sync.reading_rules import ReadingRules
from extract.rules import ExtractionRules
from settings.scope import Follow

CONNECTOR: Final = "synthetic"
CHILDREN: Final = 3
CROSS_LINKS: Final = 5
_NOTHING_TO_KEEP: Final = refused(Reason.NOINDEX, "a page of the synthetic web")


@dataclass(slots=True)
class SyntheticWeb:
    """`pages` pages on `hosts` hosts: page n links its three children of a tree and five pages all over."""

    pages: int
    hosts: int
    handed_over: RecentlySeen[int] = field(default_factory=lambda: RecentlySeen(LINKS_REMEMBERED))

    fault: str | None = None

    def url(self, page: int) -> str:
        """The URL of a page."""
        return f"http://h{page % self.hosts}.example/{page}"

    async def fetch(self, _task: FetchTask, *, conditional: bool) -> Outcome:  # noqa: ARG002
        """Every page is there."""
        return _PAGE

    async def fetch_robots(self, _origin: str) -> RobotsAnswer:
        """No host has rules."""
        return RobotsAnswer(404)

    async def aclose(self) -> None:
        """Nothing to let go."""

    def use(self, _connector_id: int, _rules: ReadingRules) -> None:
        """Nothing to change."""

    async def close(self) -> None:
        """Nothing to let go."""

    async def read(self, job: Job) -> Reading:
        """The links of a page, each handed over once like a parser does."""
        page = int(job.url.rsplit("/", 1)[1])
        targets = [page * CHILDREN + child for child in range(1, CHILDREN + 1)]
        targets += [(page * 7919 + step * 104729) % self.pages for step in range(CROSS_LINKS)]
        found = []
        for target in targets:
            if target < self.pages and target not in self.handed_over:
                self.handed_over.add(target)
                found.append(self._discovery(target, job))
        return Reading(decision=_NOTHING_TO_KEEP, discoveries=tuple(found))

    def _discovery(self, page: int, job: Job) -> Discovery:
        url = self.url(page)
        return Discovery(
            key=url_key(CONNECTOR, url),
            url=url,
            host=f"h{page % self.hosts}.example",
            depth=job.depth + 1,
            found_by=FoundBy.LINK,
            decision=ALLOWED,
            referrer_id=job.url_id,
        )

    def crawl(
        self, catalog: Catalog, *, seeds: int = 1, pace: tuple[float, int] = (0.0, 4), robots: bool = False
    ) -> ConnectorCrawl:
        """A crawl of this web from its first pages."""
        addresses = [parse_url(self.url(page)) for page in range(seeds)]
        scope = Scope(Follow.ANY, tuple(each for each in addresses if isinstance(each, WebAddress)))
        with catalog.write() as connection:
            number = connector_id(connection, CONNECTOR)
            run = begin_run(connection, number, RunMode.FULL, "")
        return ConnectorCrawl(
            name=CONNECTOR,
            connector_id=number,
            run=run,
            context=RunContext(number, run.id),
            rules=ReadingRules(
                connector=CONNECTOR,
                links=LinkRules(scope, max_depth=1_000),
                extraction=ExtractionRules(),
                max_links_per_page=1_000,
                access=PatternList("access", []),
                access_ids=(),
            ),
            seeds=scope.seeds,
            fetcher=self,
            pace=pace,
            obeys_robots=robots,
            conditional=False,
            max_pages=self.pages * 2,
            max_duration=timedelta(hours=24),
            deletion_guard=0.15,
        )


_PAGE: Final = HtmlFetched(b"", 200, "text/html", {}, 0)
