"""Reads a page that HTTP brought: as its HTML says it, as a browser shows it, or both to find out.

Links of both readings count: what a page links leads on, whichever reading becomes the document.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog.canonical_url import UrlFault, parse_url
from catalog.hash_routes import HashRoutesRecord, save_hash_routes
from catalog.task import FetchTask
from catalog.visit import Discovery, Visit, body_hash
from crawler.auth.keeper import Standing
from crawler.outcome import Failed, HtmlFetched, Redirected, Refused
from crawler.rendering.auto.cell import Renderer
from crawler.rendering.auto.comparison import Comparison, ReadContent, compare, content_of
from crawler.rendering.auto.plan import Action, Plan, sentence
from crawler.rendering.rendered import RenderRequest
from crawler.rendering.sources import PageSources, Source
from crawler.rules.hash_routing import HashRouting, with_route
from crawler.sync import visits
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl
from crawler.sync.hash_routes import RouteFinder
from crawler.sync.page_rendering import PageRendering
from crawler.sync.reading import Reading, ReadJob
from extract.html.script_evidence import EvidenceKind
from settings.render import RenderMode

_HTML: Final = "text/html; charset=utf-8"

Answer = Visit | Redirected | Standing
"""A visit; a redirect where a script leads elsewhere; a standing where the session was over."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that HTTP brought under a generation of the session, and how it is to be read."""

    task: FetchTask
    outcome: HtmlFetched
    job: ReadJob
    generation: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page as the browser showed it, and what was read of that."""

    outcome: HtmlFetched
    job: ReadJob
    reading: Reading
    notes: tuple[str, ...]
    sources: tuple[Source, ...] | None  # what it was made of


@dataclass(frozen=True, slots=True)
class PageReading:
    """Reads the pages of one connector."""

    crawl: ConnectorCrawl
    rendering: PageRendering
    reader: BodyReader
    routes: RouteFinder

    async def read(self, task: FetchTask, outcome: HtmlFetched, job: ReadJob, generation: int) -> Answer:
        """Have a page read by the one reader or the other, or both."""
        page = _Page(task, outcome, job, generation)
        rendering = self.rendering
        if rendering.renderer is not None:
            if "#" in task.url:
                return await self._rendered(page, "its address is a script's route")
            if rendering.mode is RenderMode.ALWAYS:
                return await self._rendered(page, "render: always")
        static = await self.reader.read(job)
        plan = await rendering.decisions.plan(task.url, static.evidence)
        if plan.action is Action.HTTP:
            return self._by_http(page, static, plan.because)
        if rendering.renderer is None:
            rendering.wanting += 1
            return self._by_http(page, static, sentence(plan.because, "there is no browser on this machine"))
        return await self._compared(page, static, plan)

    async def _rendered(self, page: _Page, because: str) -> Answer:
        """A page that is rendered whatever its HTML says."""
        match await self._show(page):
            case _Shown() as shown:
                reading = await self._by_itself(page, shown)
                return self._by_browser(page, shown, reading, because)
            case Failed() | Refused() as fault:
                return visits.without_content(page.task, fault)
            case answer:
                return answer

    async def _by_itself(self, page: _Page, shown: _Shown) -> Reading:
        """What was read, judged by itself where its canonical address is that of a shell."""
        if shown.reading.canonical is None:
            return shown.reading
        static = await self.reader.read(page.job)
        if static.evidence.kind is EvidenceKind.PLAIN:
            return shown.reading
        return _with_links_of(await self.reader.read(replace(shown.job, alone=True)), shown.reading)

    async def _compared(self, page: _Page, static: Reading, plan: Plan) -> Answer:
        """A page that was read already, and is rendered to see more, or to see whether there is more."""
        # A shell names the same canonical address on all its pages.
        alone = static.canonical is not None and static.evidence.kind is not EvidenceKind.PLAIN
        decisions, job = self.rendering.decisions, replace(page.job, alone=page.job.alone or alone)
        match await self._show(replace(page, job=job)):
            case _Shown() as shown:
                contents = (self._content(job, reading) for reading in (static, shown.reading))
                kept = decisions.learn(plan, compare(*contents))
                if kept.renderer is Renderer.HTTP:
                    return self._by_http(page, _with_links_of(static, shown.reading), kept.because)
                return self._by_browser(page, shown, _with_links_of(shown.reading, static), kept.because)
            case Redirected(target) as answer:
                decisions.learn(plan, Comparison(gained_links=frozenset({target})))
                self._let_go()
                return answer
            case Failed() | Refused() as fault:
                kept = decisions.learn(plan, None)
                if plan.action is Action.BROWSER:
                    self._let_go()
                    return visits.without_content(page.task, fault)
                return self._by_http(page, static, sentence(kept.because, fault.detail))
            case standing:
                decisions.learn(plan, None)
                return standing

    def _let_go(self) -> None:
        """What was read counts for nothing: another page may hand over its links."""
        self.reader.use(self.crawl.connector_id, self.crawl.rules)

    async def _show(self, page: _Page) -> _Shown | Redirected | Standing | Failed | Refused:
        """Open a page in the browser and have read what stands there then."""
        task, outcome = page.task, page.outcome
        assert self.rendering.renderer is not None
        rendered = await self.rendering.renderer.render(RenderRequest(task.url, outcome, page.generation))
        if isinstance(rendered, Failed | Refused):
            return rendered
        if isinstance(rendered, Redirected):
            standing, _ = await self.crawl.judge(task, rendered, page.generation)
            return rendered if standing is Standing.ALIVE else standing
        body, headers = rendered.html.encode(), {**outcome.headers, "content-type": _HTML}
        shown = replace(outcome, body=body, headers=headers, content_type=_HTML)
        standing, judged = await self.crawl.judge(task, shown, page.generation)
        if standing is not Standing.ALIVE:
            return standing
        if isinstance(judged, Refused):
            return judged
        if rendered.saw_unauthorized and await self._is_over(page):
            return Standing.RENEWED if self.crawl.fault is None else Standing.LOST
        job = replace(page.job, body=body, headers=headers, is_rendered=True, more_links=rendered.links)
        reading = await self.reader.read(job)
        if await self.routes.learn(task.host, job, outcome, rendered, reading):
            reading = _with_links_of(await self.reader.read(job), reading)
        return _Shown(shown, job, reading, rendered.notes, rendered.sources)

    async def _is_over(self, page: _Page) -> bool:
        """A script was refused what it asked for: whether that is since the session is over."""
        if self.crawl.watch is None or not self.rendering.is_doubtful(time.monotonic()):
            return False
        standing = await self.crawl.watch.keeper.check(page.task.url, page.generation)
        if standing is Standing.ALIVE:  # there are things that the account may not see
            self.rendering.believe(time.monotonic())
        return standing is not Standing.ALIVE

    def _content(self, job: ReadJob, reading: Reading) -> ReadContent:
        rules = self.crawl.rules

        def leads_on(link: str) -> bool:
            address = parse_url(link)
            if isinstance(address, UrlFault):
                return False
            return rules.links.decide(with_route(address, rules.hash_routing), job.depth + 1).allowed

        return content_of(reading.draft, reading.links, leads_on=leads_on)

    def _by_http(self, page: _Page, reading: Reading, because: str) -> Visit:
        return visits.read(page.task, page.outcome, reading, self.crawl.rules, because=because)

    def _by_browser(self, page: _Page, shown: _Shown, reading: Reading, because: str) -> Visit:
        self.rendering.rendered += 1
        because = sentence(because, *shown.notes)
        visit = visits.read(
            page.task, shown.outcome, reading, self.crawl.rules, renderer=Renderer.BROWSER, because=because
        )
        return replace(visit, transferred=len(page.outcome.body), sources=_packed(page, shown, reading))


def _packed(page: _Page, shown: _Shown, reading: Reading) -> bytes | None:
    """What a page was made of, where a later sync can find out by itself whether that is the same."""
    if shown.sources is None or reading.body is None:
        return None
    return PageSources(body_hash(page.outcome.body), reading.body.hash, shown.sources).packed()


Write = Callable[[Callable[[Connection], None]], Awaitable[None]]


def page_readings(
    crawls: Iterable[ConnectorCrawl], reader: BodyReader, write: Write
) -> dict[int, PageReading]:
    """By connector, for those that may open pages in a browser; `write` has the catalog written."""
    readings = {}
    for crawl in crawls:
        if crawl.rendering is not None:
            keep = partial(_keep_routes, write, crawl.connector_id)
            routes = RouteFinder(crawl, crawl.rendering, reader, keep)
            readings[crawl.connector_id] = PageReading(crawl, crawl.rendering, reader, routes)
    return readings


async def _keep_routes(write: Write, connector_id: int, host: str, routing: HashRouting) -> None:
    record = HashRoutesRecord(routing.slash, routing.bang, routing.drops_id)
    await write(lambda connection: save_hash_routes(connection, connector_id, host, record))


def _with_links_of(kept: Reading, other: Reading) -> Reading:
    """The one reading with what it lacks of the other's links."""
    discoveries: dict[bytes, Discovery] = {each.key: each for each in other.discoveries}
    discoveries.update({each.key: each for each in kept.discoveries})
    hosts = {(each.host, each.reason): each for each in (*other.hosts_refused, *kept.hosts_refused)}
    return replace(kept, discoveries=tuple(discoveries.values()), hosts_refused=tuple(hosts.values()))
