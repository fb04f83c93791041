"""A page is read at rest: loaded, its DOM still, and no answer awaited that may change it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from crawler.rendering.cdp import CdpError
from crawler.rendering.page_scripts import PageReading, Stillness, read_page, wait_until_still
from crawler.rendering.page_session import PageSession
from crawler.rendering.visit_requests import VisitRequests

_SLICE: Final = Stillness(cap_ms=3_000)
_AS_IT_IS: Final = Stillness(quiet_ms=0, patience_ms=0, cap_ms=500)
_TOLD_SECONDS: Final = 1.0
_QUIET_SECONDS: Final = _SLICE.quiet_ms / 1000


async def read_now(page: PageSession) -> PageReading:
    """Read the page as it is. Raises `CdpError`."""
    return await read_page(page, _AS_IT_IS)


class Settling:
    """Waits for one page and its requests, for `seconds` at most; half of that where it changes by itself."""

    def __init__(self, page: PageSession, requests: VisitRequests, seconds: float) -> None:
        self._page = page
        self._requests = requests
        self._seconds = seconds

    async def read(self) -> PageReading:
        """Read the page at rest, or as it is when the time is over. Raises `CdpError`."""
        while True:
            documents = self._page.documents
            try:
                return await self._read()
            except CdpError:
                # It may have loaded itself anew meanwhile, which is told a little later.
                if not await self._page.until_document(documents + 1, _TOLD_SECONDS):
                    raise

    async def _read(self) -> PageReading:
        # The first look is most often enough, and saves a question.
        reading = await read_page(self._page, _SLICE)
        if reading.is_still and self._is_at_rest():
            return reading
        is_still = await self.come_to_rest()
        reading = await read_now(self._page)
        notes = reading.notes if is_still else (*reading.notes, "the page did not come to rest")
        return replace(reading, is_still=is_still, notes=notes)

    async def come_to_rest(self, seconds: float | None = None) -> bool:
        """Whether the page came to rest before the time was over. Raises `CdpError`."""
        began = time.monotonic()
        seconds = self._seconds if seconds is None else seconds
        while (left := began + seconds - time.monotonic()) > 0:
            await self._requests.until_answered(left)
            if await wait_until_still(self._page, _SLICE) and self._is_at_rest():
                return True
            changes_by_itself = not self._requests.is_waited_for
            if changes_by_itself and time.monotonic() - began > seconds / 2:
                break
        return False

    def _is_at_rest(self) -> bool:
        return not (self._requests.is_waited_for or self._requests.was_answered_within(_QUIET_SECONDS))
