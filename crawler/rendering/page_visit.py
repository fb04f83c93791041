"""One visit of one page: opened with what HTTP brought, left to its scripts until it is at rest, read.

Whatever the page does, the visit ends: with the page, with where its script led, or with a reason.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from catalog.vocabulary import Reason
from crawler.outcome import Failed, Redirected, Refused
from crawler.rendering.cdp import CdpError, CdpTimeoutError
from crawler.rendering.findings import Findings
from crawler.rendering.harmless_clicks import may_click
from crawler.rendering.interception import Paused, document_answer, without_fragment
from crawler.rendering.interfaces import EVALUATE_SECONDS, Answered, Spent
from crawler.rendering.main_document import Course, Phase, course_of, refresh_course
from crawler.rendering.page_scripts import (
    ClickLimits,
    PageReading,
    ScrollLimits,
    click_all,
    discover_by_clicking,
    scroll_to_end,
    wait_for,
    with_open_shadow_trees,
)
from crawler.rendering.page_session import PageSession
from crawler.rendering.rendered import Rendered, RenderOptions, RenderOutcome, RenderRequest
from crawler.rendering.settling import Settling, read_now
from crawler.rendering.shown import Shown
from crawler.rendering.sources import Source
from crawler.rendering.standing import StandingDocument
from crawler.rendering.surroundings import Surroundings
from crawler.rendering.visit_requests import VisitRequests

_REST_SECONDS: Final = 3.0
_ELEMENT_SECONDS: Final = timedelta(seconds=10)
_PULSE_SECONDS: Final = 2.0
_STOPS: Final = 5
_STOP_SECONDS: Final = 1.0
_STOP_TIMERS: Final = "for (let last = setTimeout(() => 0); last > 0; last--) clearTimeout(last)"
"""Timers belong to the document: those of the page's own world end too."""


class PageLostError(Exception):
    """The page crashed, closed itself, or went with the browser: in another one it may fare better."""


class PageVisit:
    """A visit, made once by `outcome`; then `PageSession.spoilt` says whether the page is still good."""

    def __init__(self, page: PageSession, request: RenderRequest, surroundings: Surroundings) -> None:
        self._page = page
        self._asked = request
        self._around = surroundings
        self._phase = Phase.OPENING
        self._before = without_fragment(page.url)
        self._is_shown = False
        self._early: list[Paused] = []
        self._reloads_left = surroundings.caps.reloads
        self._findings = Findings()
        self._began = time.monotonic()
        caps = surroundings.caps
        self._spent = Spent(generation=request.generation, ends_at=self._began + surroundings.seconds)
        self._requests = VisitRequests(
            page, surroundings.loader, self._spent, self._on_answer, caps.request_seconds
        )
        self._settling = Settling(page, self._requests, caps.settle_seconds)
        self._ended: asyncio.Future[RenderOutcome] = asyncio.get_running_loop().create_future()
        self.read: Rendered | None = None
        """The page as it was read, before any click that looks for more."""
        self._was_disturbed = False
        self._known_notes: frozenset[str] = frozenset()
        self._document_due = page.documents + 1

    async def outcome(self) -> RenderOutcome:
        """Make the visit. Raises `PageLostError`."""
        page = self._page
        page.visitor = self
        work = asyncio.ensure_future(self._work())
        pulse = asyncio.ensure_future(self._feel_the_pulse())
        try:
            async with asyncio.timeout(self._around.seconds):
                first: set[asyncio.Future[Any]] = {work, pulse, self._ended}
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                if pulse.done() and not (work.done() or self._ended.done()):
                    work.cancel()
                    work = asyncio.ensure_future(self._salvage())
                    await asyncio.wait({work, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            return self._ended.result() if self._ended.done() else work.result()
        except TimeoutError:
            page.spoilt = "its visit did not end"
            return Failed(
                Reason.BROWSER_FAILED, f"the page could not be read within {self._around.seconds:g} s"
            )
        except CdpError as error:
            page.spoilt = str(error)
            if page.lost is not None:
                raise PageLostError(page.lost) from error
            return Failed(Reason.BROWSER_FAILED, str(error))
        finally:
            self._phase = Phase.OVER
            page.standing = self._standing()
            page.visitor = None
            for task in (work, pulse):
                task.cancel()
            await asyncio.gather(work, pulse, return_exceptions=True)
            await self._requests.stop()

    async def _work(self) -> RenderOutcome:
        await self._page.navigate(self._asked.url)
        self._show()
        if self._around.options != RenderOptions():
            await self._settling.come_to_rest()
            self._phase = Phase.ACTING
            self._was_disturbed = True
            await self._act(self._around.options)
        return await self._taken(await self._settling.read())

    async def _taken(self, reading: PageReading) -> RenderOutcome:
        """What was read, and what clicks find besides."""
        if len(reading.html) > self._around.max_bytes:
            return Refused(Reason.TOO_LARGE, f"the rendered page has {len(reading.html):,} characters")
        self.read = self._rendered(reading)
        if self._around.discovers and reading.clickable > 0 and self._page.spoilt is None:
            await self._discover(reading)
        return self._rendered(reading)

    async def _act(self, options: RenderOptions) -> None:
        """Do what the settings say."""
        caps = self._around.caps
        if options.wait_for is not None and not await wait_for(
            self._page, options.wait_for, _ELEMENT_SECONDS
        ):
            seconds = f"{_ELEMENT_SECONDS.total_seconds():g}"
            self._findings.add_notes([f"{options.wait_for} did not appear within {seconds} s"])
        await asyncio.sleep(options.wait.total_seconds())
        if options.scroll:
            scrolled = await scroll_to_end(
                self._page, at_rest=self._rest, limits=ScrollLimits(seconds=caps.scroll_seconds)
            )
            self._findings.add_notes(scrolled.notes)
        for selector in options.click:
            clicked = await click_all(
                self._page,
                selector,
                at_rest=self._rest,
                may_click=may_click,
                limits=ClickLimits(seconds=caps.click_seconds),
            )
            self._findings.add_links(clicked.links)
            self._findings.add_notes(clicked.notes)

    async def _rest(self) -> bool:
        return await self._settling.come_to_rest(_REST_SECONDS)

    async def _discover(self, reading: PageReading) -> None:
        """Click what only scripts follow: the page was read, what becomes of it now does not matter."""
        self._phase = Phase.ACTING
        host = reading.url.split("/", 3)[2] if reading.url.count("/") >= 2 else ""
        try:
            found = await discover_by_clicking(self, host, memory=self._around.clicks, may_click=may_click)
        except CdpError as error:
            self._page.spoilt = str(error)
            return
        self._was_disturbed |= found.clicks > 0
        self._findings.add_links(found.links)
        self._findings.add_notes(found.notes)

    async def evaluate(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """The page as `DisposablePage`. Raises `CdpError`."""
        return await self._page.evaluate(expression, seconds=seconds)

    async def evaluate_in_page(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """The page as `DisposablePage`. Raises `CdpError`."""
        return await self._page.evaluate_in_page(expression, seconds=seconds)

    async def reload(self) -> None:
        """Load the page anew, as it was. Raises `CdpError`."""
        self._was_disturbed = True
        self._phase = Phase.OPENING
        await self._page.navigate(self._asked.url)
        self._phase = Phase.ACTING
        await self._rest()

    def _rendered(self, reading: PageReading) -> Rendered:
        self._findings.add_links((*reading.links, *reading.hash_links))
        self._findings.add_notes((*reading.notes, *self._requests.notes))
        if (unanswered := self._requests.note_of_unanswered) is not None:
            self._findings.add_notes([unanswered])
        return Rendered(
            url=reading.url,
            html=reading.html,
            links=self._findings.links,
            is_settled=reading.is_still,
            notes=self._findings.notes,
            requests=self._requests.count,
            saw_unauthorized=self._spent.saw_unauthorized,
            milliseconds=self._milliseconds(),
            sources=self._sources(reading),
        )

    def _sources(self, reading: PageReading) -> tuple[Source, ...] | None:
        """What the page was made of when it was read; what clicks ask for afterwards is none of it."""
        if self.read is not None:
            return self.read.sources
        is_whole = reading.is_still and self._page.spoilt is None and not self._spent.saw_unauthorized
        is_alone = self._page.documents == self._document_due and reading.url == self._asked.url
        if not is_whole or not is_alone or self._requests.note_of_unanswered is not None:
            return None
        return self._requests.sources.whole()

    def _standing(self) -> StandingDocument | None:
        """What a walk may begin from: the page as its own script left it, alone and at rest."""
        is_alone = self._page.spoilt is None and self._page.documents == self._document_due
        if self.read is None or not self.read.is_settled or self._was_disturbed or not is_alone:
            return None
        if self._requests.note_of_unanswered is not None:
            return None
        notes = self._known_notes.union(self.read.notes)
        return StandingDocument(Shown(self.read), self._asked.document, notes)

    def _milliseconds(self) -> int:
        return round((time.monotonic() - self._began) * 1000)

    async def _feel_the_pulse(self) -> None:
        """Return when a script keeps the page from answering."""
        while True:
            await asyncio.sleep(_PULSE_SECONDS)
            try:
                await self._page.evaluate_in_page("0", seconds=self._around.caps.unresponsive_seconds)
            except CdpTimeoutError:
                return
            except CdpError:
                continue  # another document comes

    async def _salvage(self) -> RenderOutcome:
        """Stop the script that runs without an end, and read what stands in the page."""
        self._page.spoilt = "a script ran without an end"
        self._findings.add_notes(["a script of the page ran without an end and was stopped"])
        for _ in range(_STOPS):
            self._page.stop_scripts()
            try:
                await self._page.evaluate(_STOP_TIMERS, seconds=_STOP_SECONDS)
                break
            except CdpError:
                continue  # the next one began already
        return self._rendered(replace(await read_now(self._page), is_still=False))

    # What the page does, as `PageSession` tells it.

    def on_request(self, paused: Paused) -> None:
        """A main document by the rules for navigations, everything else by the loader."""
        if paused.request.is_main_document:
            self._on_main_document(paused)
        elif self._phase in {Phase.OPENING, Phase.OVER} or self._is_of_the_page_before(paused):
            self._page.fail(paused, "Aborted")
        elif self._is_shown:
            self._requests.begin(paused)
        else:
            self._early.append(paused)

    def _is_of_the_page_before(self, paused: Paused) -> bool:
        referrer = paused.request.headers.get("referer")
        return referrer == self._before and self._before != without_fragment(self._page.url)

    def _show(self) -> None:
        """The document stands in the page; requests up to now may be last words of the one before."""
        self._is_shown = True
        early, self._early = self._early, []
        for paused in early:
            if paused.request.method in {"GET", "HEAD"}:
                self._requests.begin(paused)
            else:
                self._page.fail(paused, "Aborted")

    def _on_main_document(self, paused: Paused) -> None:
        wanted = course_of(paused, self._phase, self._asked.url, self._reloads_left)
        if wanted.note is not None:
            self._findings.add_notes([wanted.note])
        match wanted.course:
            case Course.SERVE:
                self._phase = Phase.SETTLING
                self._document_due = self._page.documents + 1
                body = with_open_shadow_trees(self._asked.document.body)
                self._requests.serve(paused, document_answer(self._asked.document, body))
            case Course.RELOAD:
                self._reloads_left -= 1
                self._requests.begin(paused)
            case _:
                self._page.fail(paused, "Aborted")
                self._follow(wanted.course, paused.request.url)

    def _follow(self, course: Course, url: str) -> None:
        if course is Course.LINK:
            self._findings.add_links([url])
        elif course is Course.LEAVE and not self._ended.done():
            self._ended.set_result(Redirected(url, self._asked.document.status, self._milliseconds()))

    def on_refresh(self, url: str, seconds: float) -> None:
        """A page that names its successor is a redirect, where that is to come at once."""
        self._was_disturbed = True
        self._follow(refresh_course(url, seconds, self._phase, self._asked.url), url)

    def on_note(self, note: str) -> None:
        """A window that was not opened, mostly."""
        self._was_disturbed = True
        self._findings.hear(note)

    def on_link(self, url: str) -> None:
        """A window or a download."""
        self._was_disturbed = True
        self._findings.add_links([url])

    def on_document(self, url: str) -> None:
        """A page that its script replaced by an empty one cannot be read any more."""
        if self._phase is Phase.OPENING:
            return
        if url.startswith(("http://", "https://")):
            self._show()
        elif self._is_shown:  # before, it is what an idle page is sent to
            self._end_badly(f"a script replaced the page by {url.partition(',')[0][:100]}")

    def on_lost(self, why: str) -> None:
        """The page is gone."""
        if not self._ended.done():
            self._ended.set_exception(PageLostError(why))

    def _end_badly(self, why: str) -> None:
        if not self._ended.done():
            self._ended.set_result(Failed(Reason.BROWSER_FAILED, why))

    def _on_answer(self, paused: Paused, answer: Answered) -> None:
        self._findings.look_into(paused.request, answer)
