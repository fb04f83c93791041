"""Pages re-used and replaced in one browser for all connectors; what crashed is rendered once more.

Nothing outlives its cap: a visit ends whatever the page does, a page that hung, crashed or was visited often
is thrown away, and a browser that is gone or did much is replaced.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from catalog.vocabulary import Reason
from crawler.browser.executable import BrowserError
from crawler.outcome import Failed
from crawler.rendering.cdp import CdpError
from crawler.rendering.page_session import PageSession
from crawler.rendering.page_visit import PageLostError
from crawler.rendering.rendered import RenderOutcome, RenderRequest
from crawler.rendering.running_browser import OUTGROWN, RunningBrowser
from crawler.rendering.surroundings import Surroundings
from crawler.rendering.walking import WalkLostError, can_walk, visit

_TRIES: Final = 2
_START_AGAIN_SECONDS: Final = 60.0
_IDLE_SECONDS: Final = 0.3
"""A page that nobody visits for so long leaves what it showed, so that nothing of it runs on."""


@dataclass(frozen=True, slots=True)
class PoolCaps:
    """How many pages there are at once, and how often a page and a browser are used."""

    pages: int = min((os.cpu_count() or 2) + 2, 8)
    loads_of_a_page: int = 50
    loads_of_a_browser: int = 2_000


@dataclass(slots=True)
class _Seat:
    """A page and whose it is."""

    browser: RunningBrowser
    page: PageSession
    owner: Surroundings
    generation: int


class PagePool:
    """The pages of a run; the browser starts with the first visit. Close it by `aclose`."""

    def __init__(self, caps: PoolCaps | None = None, flags: Sequence[str] = ()) -> None:
        self._caps = caps or PoolCaps()
        self._flags = flags
        self._free = asyncio.Semaphore(self._caps.pages)
        self._starting = asyncio.Lock()
        self._browser: RunningBrowser | None = None
        self._in_use: dict[RunningBrowser, int] = {}
        self._idle: list[_Seat] = []
        self._parking: set[asyncio.Task[None]] = set()
        self._no_start: tuple[float, str] | None = None
        self._is_closed = False

    @property
    def marks(self) -> list[str]:
        """The marks of the browsers that run, for `processes_of`."""
        return [browser.mark for browser in self._in_use]

    async def render(self, request: RenderRequest, surroundings: Surroundings) -> RenderOutcome:
        """Visit a page; faults are outcomes."""
        why = ""
        async with self._free:
            tries, may_walk = _TRIES, True
            while tries > 0:
                tries -= 1
                if self._is_closed:
                    return Failed(Reason.BROWSER_FAILED, "the browser was closed")
                try:
                    seat = await self._take(surroundings, request)
                except (BrowserError, CdpError) as error:
                    why = str(error)
                    continue
                try:
                    return await visit(seat.page, request, surroundings, may_walk=may_walk)
                except WalkLostError:
                    tries, may_walk = _TRIES, False
                except PageLostError as error:
                    why = f"its page was lost: {error}"
                    if str(error) == OUTGROWN:
                        break
                finally:
                    await self._give_back(seat)
        return Failed(Reason.BROWSER_FAILED, why)

    async def release(self, owner: Surroundings) -> None:
        """A connector is done: close its pages."""
        for seat in [seat for seat in self._idle if seat.owner is owner]:
            self._idle.remove(seat)
            seat.browser.close_page(seat.page)

    async def aclose(self) -> None:
        """End the browser; visits that are under way fail."""
        self._is_closed = True
        for task in self._parking:
            task.cancel()
        await asyncio.gather(*self._parking, return_exceptions=True)
        self._idle.clear()
        async with self._starting:
            browsers, self._in_use, self._browser = list(self._in_use), {}, None
        await asyncio.gather(*(browser.aclose() for browser in browsers))

    async def _take(self, owner: Surroundings, request: RenderRequest) -> _Seat:
        """A page of the owner's session, new where none is idle. Raises `BrowserError`, `CdpError`."""
        browser = await self._running()
        self._in_use[browser] += 1
        try:
            seat = self._idle_seat(browser, owner, request)
            if seat is None:
                page = await browser.open_page(owner, request.generation, owner.prepare)
                seat = _Seat(browser, page, owner, request.generation)
        except BaseException:
            await self._leave(browser)
            raise
        browser.loads += 1
        return seat

    def _idle_seat(
        self, browser: RunningBrowser, owner: Surroundings, request: RenderRequest
    ) -> _Seat | None:
        """The last one that was used, before all of those from which the page can be walked to."""
        theirs = [seat for seat in self._idle if seat.browser is browser and seat.owner is owner]
        for seat in theirs:
            if seat.generation < request.generation:
                self._drop(seat)  # of a session that is over
        fit = [seat for seat in theirs if seat.generation == request.generation and not seat.page.lost]
        if fit:
            fit.sort(key=lambda seat: can_walk(seat.page, request, owner))
            self._idle.remove(fit[-1])
            return fit[-1]
        if len(self._idle) >= self._caps.pages:
            self._drop(self._idle[0])
        return None

    def _drop(self, seat: _Seat) -> None:
        self._idle.remove(seat)
        seat.browser.close_page(seat.page)

    async def _give_back(self, seat: _Seat) -> None:
        page = seat.page
        is_over = seat.browser is not self._browser or self._is_closed
        if is_over or page.lost or page.spoilt or page.loads >= self._caps.loads_of_a_page:
            seat.browser.close_page(page)
        else:
            self._idle.append(seat)
            task = asyncio.ensure_future(self._park(seat, page.loads))
            self._parking.add(task)
            task.add_done_callback(self._parking.discard)
        await self._leave(seat.browser)

    async def _park(self, seat: _Seat, loads: int) -> None:
        await asyncio.sleep(_IDLE_SECONDS)
        if seat in self._idle and seat.page.loads == loads:
            try:
                await seat.page.leave()
            except CdpError:
                if seat in self._idle:
                    self._drop(seat)

    async def _leave(self, browser: RunningBrowser) -> None:
        """One visit less in a browser; one that was replaced ends with its last."""
        if browser not in self._in_use:
            return
        self._in_use[browser] -= 1
        if self._in_use[browser] == 0 and browser is not self._browser:
            del self._in_use[browser]
            await browser.aclose()

    async def _running(self) -> RunningBrowser:
        async with self._starting:
            browser = self._browser
            if browser is not None and not browser.is_gone and browser.loads < self._caps.loads_of_a_browser:
                return browser
            await self._retire()
            return await self._start()

    async def _retire(self) -> None:
        browser, self._browser = self._browser, None
        for seat in [seat for seat in self._idle if seat.browser is browser]:
            self._drop(seat)
        if browser is not None and self._in_use.get(browser) == 0:
            del self._in_use[browser]
            await browser.aclose()

    async def _start(self) -> RunningBrowser:
        if self._no_start is not None and time.monotonic() < self._no_start[0]:
            raise BrowserError(self._no_start[1])
        browser = RunningBrowser(self._flags)
        try:
            await browser.start()
        except BrowserError as error:
            self._no_start = (time.monotonic() + _START_AGAIN_SECONDS, str(error))
            raise
        self._browser = browser
        self._in_use[browser] = 0
        return browser
