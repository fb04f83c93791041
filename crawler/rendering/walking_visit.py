"""A visit that follows a route of the document in its page, as who clicks a link there: nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from catalog.vocabulary import Reason
from crawler.outcome import Failed
from crawler.rendering.interception import Paused
from crawler.rendering.main_document import Phase
from crawler.rendering.page_scripts import PageReading, walk_to
from crawler.rendering.page_session import PageSession
from crawler.rendering.page_visit import PageVisit
from crawler.rendering.rendered import Rendered, RenderOutcome, RenderRequest
from crawler.rendering.standing import StandingDocument
from crawler.rendering.surroundings import Surroundings

WALK_SECONDS: Final = 10.0
"""What a walk may take before the page is loaded."""
_SETTLE_SECONDS: Final = 5.0
"""A route that takes longer is loaded."""

Believes = Callable[[Rendered], bool]


class WalkingVisit(PageVisit):
    """A visit of a route, from what stands in the page; what is unusual about it is no `Rendered`.

    `believes` decides whether what was read is used: only then clicks look for more.
    """

    def __init__(
        self,
        page: PageSession,
        request: RenderRequest,
        surroundings: Surroundings,
        standing: StandingDocument,
        believes: Believes,
    ) -> None:
        caps = surroundings.caps
        caps = replace(
            caps,
            seconds=min(caps.seconds, WALK_SECONDS),
            settle_seconds=min(caps.settle_seconds, _SETTLE_SECONDS),
        )
        super().__init__(page, request, replace(surroundings, caps=caps))
        self._believes = believes
        self._known_notes = standing.notes
        self._document_due = page.documents
        self._phase = Phase.SETTLING
        self._show()

    async def _work(self) -> RenderOutcome:
        self._page.loads += 1
        await self._page.tell_requests()
        if not await walk_to(self._page, self._asked.url):
            return _unusual("its script made nothing of the route")
        await self._requests.until_answered(self._around.caps.settle_seconds)
        reading = await self._settling.read()
        if (why := self._why_incomplete(reading)) is not None:
            return _unusual(why)
        return await self._taken(reading)

    def _why_incomplete(self, reading: PageReading) -> str | None:
        if not reading.is_still:
            return "the page did not come to rest"
        if self._spent.saw_unauthorized or self._spent.unavailable:
            return "what its scripts asked for did not come"
        notes = self._rendered(reading).notes
        return next((note for note in notes if note not in self._known_notes), None)

    def _sources(self, reading: PageReading) -> None:  # noqa: ARG002
        """What it was made of came, in part, with routes before it."""
        return

    async def _discover(self, reading: PageReading) -> None:
        if self.read is not None and self._believes(self.read):
            await super()._discover(reading)

    def _on_main_document(self, paused: Paused) -> None:
        if self._phase is Phase.SETTLING:
            self._page.fail(paused, "Aborted")
            self._end_badly("its script wanted another document")
        else:
            super()._on_main_document(paused)

    def on_document(self, url: str) -> None:
        """Another document: the route was not walked to."""
        if self._phase is Phase.SETTLING:
            self._end_badly("another document came")
        else:
            super().on_document(url)


def _unusual(why: str) -> Failed:
    return Failed(Reason.BROWSER_FAILED, why)
