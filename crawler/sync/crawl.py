"""The engine of a sync: asks the frontier for the next step, carries it out, hands the result to the writer.

No worker waits for a host: a step is started when its time has come, and between steps the loop sleeps
until something happens or the next time comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from catalog.bodies import BodyStore
from catalog.database import Catalog
from catalog.ledger import frontier_window
from catalog.task import FetchTask, FoundBy
from catalog.traps import save_traps
from catalog.visit import Visit
from catalog.writer import Committed, RunContext, Writer
from crawler.auth.keeper import Standing
from crawler.frontier.frontier import WINDOW, Frontier, Idle, RobotsTask, TurnTask, Wait
from crawler.frontier.lane import Lane
from crawler.sync import visits
from crawler.sync.closing import close_run, next_phase
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl, Phase
from crawler.sync.host_turns import HostTurns
from crawler.sync.lease import keep_leases
from crawler.sync.manners import teach_manners
from crawler.sync.page_reading import page_readings
from crawler.sync.permission import has_to_wait, leads_somewhere, may_ask, robots_needed, without_news
from crawler.sync.planting import plant
from crawler.sync.repeating import Repeating
from crawler.sync.robots_memory import learn_robots
from crawler.sync.session_watch import SessionWatch
from crawler.sync.sitemap_discovery import SitemapDiscovery
from crawler.sync.understanding import Understanding
from crawler.sync.variant_visits import VariantVisits

CONCURRENCY: Final = 64
"""Visits under way at a time, over all connectors."""

MOST_UNWRITTEN: Final = 2_000
"""Visits that may wait for the writer; beyond that no new one starts."""

_NOT_UNDER_WAY: Final = frozenset({Phase.SIGNING_IN, Phase.DONE})

T = TypeVar("T")


class Crawl:
    """One sync over some connectors; `run` once, in one event loop.

    `say` takes (connector, sentence) for people who watch.
    """

    def __init__(
        self,
        catalog: Catalog,
        crawls: Sequence[ConnectorCrawl],
        reader: BodyReader,
        *,
        bodies: BodyStore | None = None,
        say: Callable[[str, str], None] = lambda _connector, _sentence: None,
        concurrency: int = CONCURRENCY,
        window: int = WINDOW,
    ) -> None:
        self.crawls = tuple(crawls)
        self._catalog = catalog
        self._by_id = {crawl.connector_id: crawl for crawl in crawls}
        self._reader = reader
        self._bodies = bodies
        self._say = say
        self._concurrency = concurrency
        self._frontier = Frontier(
            lambda owner, _host: self._by_id[owner].pace,
            lambda task: robots_needed(self._by_id[task.connector_id], task),
            window=window,
            takes_turns=True,
        )
        self._visits: set[asyncio.Task[None]] = set()
        self._errands: set[asyncio.Task[None]] = set()  # robots.txt files and refills: no loss if cut off
        self._visiting = 0
        self._stopping = False
        self._failure: BaseException | None = None
        self._wake = asyncio.Event()
        self._reading = ThreadPoolExecutor(1, "catalog-reader")
        self._turns = HostTurns(
            self._frontier, self._read, self._write, self._run_errand, self._wake.set, say
        )
        teach_manners(self.crawls, self._turns, self._learn_robots)
        self._sitemaps = SitemapDiscovery(
            self._frontier, self._turns, reader, self._write, self._record, self._run_errand, self._wake.set
        )
        pages = page_readings(crawls, reader, self._write)
        self._understanding = Understanding.over(reader, self._read, bodies, say, pages, turns=self._turns)
        self._repeating = Repeating(self._frontier, self._understanding, say)
        self._variants = VariantVisits(self._write, self._hand_over, self._run_errand, self._wake.set)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called before all was done."""
        return any(crawl.phase is not Phase.DONE for crawl in self.crawls)

    def stop(self) -> None:
        """Start nothing more; what is under way is finished and written down."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Crawl until every connector is done, reached a limit, or `stop` was called.

        Raises `CatalogError` when the catalog cannot be written any more.
        """
        loop = asyncio.get_running_loop()

        def committed(report: Committed) -> None:
            loop.call_soon_threadsafe(self._take_over, report)

        def failed(error: Exception) -> None:
            loop.call_soon_threadsafe(self._fail, error)

        self._writer = Writer(self._catalog, self._bodies, on_commit=committed, on_failure=failed)
        try:
            for crawl in self.crawls:
                if crawl.watch is None:
                    await self._begin(crawl)
                else:
                    self._spawn(self._sign_in(crawl, crawl.watch), self._errands)
            self._run_errand(self._turns.tend())
            lease = asyncio.create_task(keep_leases(self.crawls, self._write))
            await self._loop()
            lease.cancel()
            await self._wind_up()
        finally:
            await asyncio.to_thread(self._writer.close)
            self._reading.shutdown(wait=False, cancel_futures=True)

    async def _sign_in(self, crawl: ConnectorCrawl, watch: SessionWatch) -> None:
        """Other connectors go on meanwhile."""
        crawl.started_at = time.monotonic()
        if (fault := await watch.keeper.open()) is None:
            await self._begin(crawl)
        else:
            self._repeating.lose(crawl, crawl.fault or fault.sentence)
        self._wake.set()

    async def _begin(self, crawl: ConnectorCrawl) -> None:
        crawl.started_at = crawl.started_at or time.monotonic()
        crawl.counts = {name: count for name, count in crawl.run.counts.items() if isinstance(count, int)}
        crawl.pages_begun = crawl.counts.get("fetched", 0) - crawl.counts.get("not_asked", 0)
        tasks, waiting_hosts = await self._write(partial(plant, crawl))
        crawl.counts = crawl.counts | {"found": crawl.counts.get("found", 0) + len(tasks)}
        self._writer.count_on_from(crawl.context, crawl.counts)
        self._frontier.add_backlog(crawl.connector_id, waiting_hosts)
        self._frontier.add(tasks)
        # Not before: the loop goes on meanwhile, and a connector whose frontier is empty counts as crawled.
        crawl.phase = Phase.CRAWLING

    async def _loop(self) -> None:
        while not self._stopping and self._failure is None:
            for lane in self._frontier.take_refills():
                self._run_errand(self._refill(lane))
            if self._visiting >= self._concurrency or self._writer.waiting > MOST_UNWRITTEN:
                await self._rest(None)
                continue
            now = time.monotonic()
            self._confirm_sessions(now)
            match self._frontier.next(now):
                case FetchTask() as task:
                    self._launch(task, now)
                case RobotsTask() as robots:
                    self._run_errand(self._read_robots(robots))
                case TurnTask() as turn:
                    self._run_errand(self._turns.take(self._by_id[turn.connector_id], turn.host))
                case Wait(until):
                    self._enforce_limits(now)
                    await self._advance()
                    await self._rest(until - now)
                case Idle():
                    self._enforce_limits(now)
                    if await self._advance():
                        return
                    self._confirm_sessions(now, idle=True)
                    if not self._visiting:
                        self._writer.hurry()
                    await self._rest(None)

    async def _rest(self, seconds: float | None) -> None:
        """Sleep until something happens, for at most a second: a limit of time may be near."""
        try:
            async with asyncio.timeout(1.0 if seconds is None else min(seconds, 1.0)):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _launch(self, task: FetchTask, now: float) -> None:
        crawl = self._by_id[task.connector_id]
        self._enforce_limit(crawl, now)
        if crawl.limit is not None:
            self._frontier.abandon(task, now)
            return
        decision = may_ask(crawl, task)
        settled = self._variants.recognised(crawl, task) if decision.allowed else None
        if decision.allowed and settled is None:
            if has_to_wait(crawl, task):
                self._frontier.put_off(task, now)
                return
            decision = leads_somewhere(crawl, task)
        if not decision.allowed:
            settled = visits.not_asked(task, decision)
        if settled is not None:
            self._frontier.pass_over(task, now)
            self._record(crawl, task, settled)
            return
        crawl.pages_begun += task.attempts == 0 and task.found_by is not FoundBy.SITEMAP_FILE
        crawl.traps.begun(task.url)
        crawl.in_flight += 1
        self._visiting += 1
        self._spawn(self._visit(crawl, task), self._visits)

    def _enforce_limits(self, now: float) -> None:
        for crawl in self.crawls:
            if crawl.phase not in _NOT_UNDER_WAY:
                self._enforce_limit(crawl, now)

    def _enforce_limit(self, crawl: ConnectorCrawl, now: float) -> None:
        if crawl.limit is None and (limit := crawl.limit_reached(now)) is not None:
            crawl.limit = limit
            self._say(crawl.name, f"{limit.value} is reached; the rest of the URLs stays queued")
            self._frontier.close(crawl.connector_id)

    async def _visit(self, crawl: ConnectorCrawl, task: FetchTask) -> None:
        try:
            if crawl.watch is None:
                await self._ask(crawl, task)
            else:
                async with crawl.watch.turn() as generation:
                    await self._ask(crawl, task, generation)
        finally:
            crawl.traps.ended(task.url)
            crawl.in_flight -= 1
            self._visiting -= 1
            self._wake.set()

    async def _ask(self, crawl: ConnectorCrawl, task: FetchTask, generation: int = 0) -> None:
        self._frontier.begun(task, time.monotonic())
        outcome = await crawl.fetch(task, generation)
        standing, outcome = await crawl.judge(task, outcome, generation)
        if standing is not Standing.ALIVE:
            self._frontier.finish(task)
            self._repeating.discount(crawl, [task], standing)
            return
        if not self._repeating.repeats(crawl, task, outcome):
            renders = crawl.expects_browser(task.url)
            if not renders:
                self._frontier.finish(task)
            else:
                self._frontier.in_browser(task)
            visit = await self._understanding.visit(crawl, task, outcome, generation)
            if renders:  # its page asks the host for more meanwhile
                self._frontier.finish(task)
            if isinstance(visit, FetchTask):
                self._frontier.again(visit, time.monotonic())
            elif isinstance(visit, Standing):
                self._repeating.discount(crawl, [task], visit)
            elif crawl.watch is not None and crawl.watch.is_over(generation):
                self._repeating.discount(crawl, [task], Standing.RENEWED)
            elif crawl.watch is None or not crawl.watch.hold(task, visit, generation, time.monotonic()):
                self._record(crawl, task, visit)

    def _confirm_sessions(self, now: float, *, idle: bool = False) -> None:
        for crawl in self.crawls:
            if crawl.watch is not None and crawl.watch.is_due(now, idle=idle and not crawl.in_flight):
                for host in crawl.watch.keeper.canary_hosts:
                    self._frontier.reserve(crawl.connector_id, host, now)
                self._spawn(self._confirm(crawl, crawl.watch), self._visits)

    async def _confirm(self, crawl: ConnectorCrawl, watch: SessionWatch) -> None:
        result = await watch.confirm()
        for task, visit in result.confirmed:
            self._record(crawl, task, visit)
        self._repeating.discount(crawl, result.discounted, result.of_discounted)
        self._wake.set()

    def _record(self, crawl: ConnectorCrawl, task: FetchTask, visit: Visit) -> None:
        crawl.uncommitted[task.url_id] = task.host
        visit = self._variants.noted(crawl, task, visit)
        self._hand_over(crawl.context, without_news(crawl, task, visit))
        if changes := crawl.traps.changes():
            self._writer.execute(partial(save_traps, connector_id=crawl.connector_id, records=changes))

    def _hand_over(self, run: RunContext, visit: Visit) -> None:
        self._writer.put(run, visit)

    def _take_over(self, committed: Committed) -> None:
        """A crawl that lost count of what is committed would wait for ever: an error here ends it."""
        try:
            self._committed(committed)
        except Exception as error:  # noqa: BLE001 - a callback of the event loop has nobody to raise to
            self._fail(error)

    def _committed(self, committed: Committed) -> None:
        crawl = self._by_id[committed.run.connector_id]
        crawl.counts = committed.counts
        self._frontier.add(committed.queued)
        self._frontier.settle(
            crawl.connector_id, [(url_id, crawl.uncommitted.pop(url_id)) for url_id in committed.visited]
        )
        self._wake.set()

    async def _read_robots(self, task: RobotsTask) -> None:
        crawl = self._by_id[task.connector_id]
        await self._learn_robots(crawl, task.origin)
        if crawl.fetcher.fault is not None:
            self._repeating.lose(crawl, crawl.fetcher.fault)
        self._frontier.open(task, crawl.robots.interval(task.origin))
        self._wake.set()

    async def _learn_robots(self, crawl: ConnectorCrawl, origin: str) -> None:
        await learn_robots(crawl, origin, self._read, self._write, partial(self._say, crawl.name))
        await self._sitemaps.learn(crawl, origin)

    async def _refill(self, lane: Lane) -> None:
        crawl = self._by_id[lane.connector_id]
        limit = WINDOW + lane.claimed

        def load(connection: Connection) -> tuple[FetchTask, ...]:
            return frontier_window(connection, lane.connector_id, crawl.context.run_id, lane.host, limit)

        tasks = await self._read(load)
        self._frontier.refill(lane, tasks, exhausted=len(tasks) < limit)
        self._wake.set()

    async def _advance(self) -> bool:
        """Take drained connectors a phase on; return whether all are done."""
        for crawl in self.crawls:
            if crawl.phase in _NOT_UNDER_WAY or crawl.in_flight or crawl.uncommitted:
                continue
            if not self._frontier.is_drained(crawl.connector_id):
                continue
            hosts = await self._write(partial(next_phase, crawl))
            self._frontier.add_backlog(crawl.connector_id, hosts)
            self._wake.set()
        return all(crawl.phase is Phase.DONE for crawl in self.crawls)

    async def _wind_up(self) -> None:
        """Let what is under way end; close the runs, also those that were stopped."""
        for task in self._errands:
            task.cancel()
        self._confirm_sessions(time.monotonic(), idle=True)
        while self._visits and self._failure is None:
            await asyncio.wait(self._visits)
            self._confirm_sessions(time.monotonic(), idle=True)
        if self._failure is not None:
            for task in self._visits:
                task.cancel()
            raise self._failure
        await self._turns.end()
        for crawl in self.crawls:
            if crawl.watch is not None:
                await crawl.watch.keeper.close()
            seconds = crawl.seconds(time.monotonic())
            stopped = crawl.phase is not Phase.DONE
            await self._write(partial(close_run, crawl, seconds=seconds, stopped=stopped))

    async def _write(self, function: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._writer.execute(function))

    async def _read(self, function: Callable[[Connection], T]) -> T:
        """Ask the catalog in the one thread for it: more of them would only wait for each other's turn."""

        def ask() -> T:
            with self._catalog.read() as connection:
                return function(connection)

        return await asyncio.get_running_loop().run_in_executor(self._reading, ask)

    def _spawn(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        among.add(task)
        task.add_done_callback(partial(self._ended, among))

    def _run_errand(self, work: Coroutine[Any, Any, None]) -> None:
        self._spawn(work, self._errands)

    def _ended(self, among: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        among.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._wake.set()
