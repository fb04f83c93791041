"""One connector's part of a sync: its rules, its run, how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from functools import partial
from typing import Protocol

from catalog.canonical_url import WebAddress
from catalog.rendering import RenderingRecord
from catalog.runs import Run
from catalog.task import FetchTask, FoundBy
from catalog.vocabulary import Limit, Reason
from catalog.writer import RunContext
from crawler.auth.keeper import Standing
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.outcome import Failed, FileFetched, HtmlFetched, Outcome, Refused
from crawler.rules.robots import PRODUCT_NAME
from crawler.rules.traps.watch import TrapWatch
from crawler.sync import visits
from crawler.sync.host_health import HostHealth
from crawler.sync.page_rendering import PageRendering
from crawler.sync.reading import Job, Reading
from crawler.sync.reading_rules import ReadingRules
from crawler.sync.robots_keeper import RobotsKeeper
from crawler.sync.session_watch import SessionWatch
from crawler.sync.sitemap_state import Sitemaps
from crawler.sync.transcribing import Transcriber
from crawler.variants.learning import Variants


class Fetcher(Protocol):
    """Brings what stands at a URL."""

    @property
    def fault(self) -> str | None:
        """Why nothing more can be brought at all, in one sentence, if so: the proxy is no use."""

    async def fetch(self, task: FetchTask, *, conditional: bool) -> Outcome:
        """Ask for a URL; every answer, and no answer, is an outcome."""

    async def fetch_robots(self, origin: str) -> RobotsAnswer:
        """Ask for an origin's robots.txt."""

    async def aclose(self) -> None:
        """Let all connections go."""


class BodyReader(Protocol):
    """Reads fetched bodies, outside the event loop."""

    async def read(self, job: Job) -> Reading:
        """Have a body read."""

    def use(self, connector_id: int, rules: ReadingRules) -> None:
        """Change a connector's rules for the jobs that come after."""

    async def close(self) -> None:
        """Let go of what reading needed."""


class Phase(Enum):
    """What a connector's crawl is at."""

    SIGNING_IN = auto()
    CRAWLING = auto()
    ASKING_UNMET = auto()  # documents that no page led to: are they still there?
    RECONSIDERING = auto()  # copies whose original is not there
    DONE = auto()


@dataclass(slots=True)
class ConnectorCrawl:
    """The state of one connector within a sync; the engine alone changes it.

    What is known of hosts and their robots.txt is its own: another connector may have another login, or
    another way out.

    `pace` is its wish for any host: the least seconds between two requests, and how many at a time.
    `conditional` says whether a 304 will do at all: not where everything is to be indexed again.
    """

    name: str
    connector_id: int
    run: Run
    context: RunContext
    rules: ReadingRules
    seeds: tuple[WebAddress, ...]
    fetcher: Fetcher
    pace: tuple[float, int]
    obeys_robots: bool
    conditional: bool
    max_pages: int
    max_duration: timedelta
    deletion_guard: float
    delete_orphans_after: int | None = None  # full runs in a row
    watch: SessionWatch | None = None
    rendering: PageRendering | None = None
    transcriber: Transcriber | None = None
    seeds_found_by: FoundBy = FoundBy.SEED  # a link, where a page is tried as one that a sync meets
    link_texts: Mapping[str, str] = field(default_factory=dict)  # of seeds, by URL, where any are known
    traps: TrapWatch = field(default_factory=TrapWatch)
    robots: RobotsKeeper = field(default_factory=lambda: RobotsKeeper(PRODUCT_NAME))
    health: HostHealth = field(default_factory=HostHealth)
    sitemaps: Sitemaps = field(default_factory=Sitemaps)
    variants: Variants = field(default_factory=Variants)
    warnings: tuple[str, ...] = ()  # what weakens this crawl by its own configuration, said in every summary
    phase: Phase = Phase.SIGNING_IN
    failure: str | None = None  # why the proxy or the login does not work (any more): the crawl ends
    limit: Limit | None = None
    started_at: float = 0.0  # monotonic seconds, set when the crawl begins
    pages_begun: int = 0
    in_flight: int = 0
    uncommitted: dict[int, str] = field(default_factory=dict)  # visited URL id → host
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def fault(self) -> str | None:
        """Why nothing more can be fetched that counts, if so: of the proxy, or of the login."""
        of_login = None if self.watch is None else self.watch.fault
        return self.fetcher.fault or (None if of_login is None else of_login.sentence)

    async def judge(self, task: FetchTask, outcome: Outcome, generation: int) -> tuple[Standing, Outcome]:
        """Whether an outcome counts, and as what: not where it came of a lost proxy, or of a lost session."""
        if self.fetcher.fault is not None and _came_to_nothing(outcome):
            return Standing.LOST, outcome
        if self.watch is None:
            return Standing.ALIVE, outcome
        return await self.watch.judge(task, outcome, generation)

    async def fetch(self, task: FetchTask, generation: int) -> Outcome:
        """Ask for a URL, conditionally where a 304 would do."""
        if self.rendering is not None and "#" in task.url:
            return await self.rendering.shell(
                task, generation, partial(self.fetcher.fetch, conditional=False)
            )
        conditional = self.conditional and not self.expects_browser(task.url)
        conditional = conditional and self.rules.may_be_told_to_stand(task)
        return await self.fetcher.fetch(task, conditional=conditional)

    def expects_browser(self, url: str) -> bool:
        """Whether a page will be opened in a browser."""
        return self.rendering is not None and self.rendering.expects_browser(url)

    def learned(self) -> tuple[RenderingRecord, ...]:
        """What was learned of pages that need a browser, and not saved yet."""
        return () if self.rendering is None else self.rendering.decisions.knowledge.changes()

    def stands(self, task: FetchTask, outcome: HtmlFetched | FileFetched) -> bool:
        """Whether an answer brings what the catalog keeps, so that it need not be read again."""
        if not self.conditional or self.expects_browser(task.url):
            return False
        return visits.stands(task, outcome, self.rules)

    def seconds(self, now: float) -> float:
        """Time spent on this run, continuations included."""
        return self.run.seconds + now - self.started_at

    def limit_reached(self, now: float) -> Limit | None:
        """The limit that stops this crawl now, if any."""
        if self.pages_begun >= self.max_pages:
            return Limit.PAGES
        if self.seconds(now) >= self.max_duration.total_seconds():
            return Limit.DURATION
        return None


def _came_to_nothing(outcome: Outcome) -> bool:
    is_407 = isinstance(outcome, Refused) and outcome.reason is Reason.PROXY_UNAUTHORIZED
    return is_407 or isinstance(outcome, Failed)
