"""A page is walked to where that was found to show what a load shows; any other one is loaded."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from crawler.rendering.interception import without_fragment
from crawler.rendering.page_session import PageSession
from crawler.rendering.page_visit import PageLostError, PageVisit
from crawler.rendering.rendered import Rendered, RenderOptions, RenderOutcome, RenderRequest
from crawler.rendering.shown import Shown
from crawler.rendering.standing import StandingDocument
from crawler.rendering.surroundings import Surroundings
from crawler.rendering.walk_trust import Step
from crawler.rendering.walking_visit import WalkingVisit

_LOGGER: Final = logging.getLogger(__name__)


class WalkLostError(Exception):
    """The page went, or is no good any more, by a walk: a load in another one may fare better."""


def can_walk(page: PageSession, request: RenderRequest, surroundings: Surroundings) -> bool:
    """Whether what is asked for is another route of what stands in the page, and may be walked to."""
    return (
        page.standing is not None
        and surroundings.options == RenderOptions()
        and page.standing.leads_to(request)
        and surroundings.trust.step(without_fragment(request.url)) is not Step.LOAD
    )


async def visit(
    page: PageSession, request: RenderRequest, surroundings: Surroundings, *, may_walk: bool
) -> RenderOutcome:
    """Visit a page. Raises `PageLostError`, and `WalkLostError` where `may_walk`."""
    walk = None
    if may_walk and page.standing is not None and can_walk(page, request, surroundings):
        walk = _Walk(page, request, surroundings, page.standing)
        if (rendered := await walk.rendered()) is not None:
            return rendered
    load = PageVisit(page, request, surroundings)
    outcome = await load.outcome()
    if walk is not None:
        walk.compare(outcome, load.read)
    return outcome


class _Walk:
    """A walk to one route: what was read there is used, or compared with what a load shows."""

    def __init__(
        self,
        page: PageSession,
        request: RenderRequest,
        surroundings: Surroundings,
        standing: StandingDocument,
    ) -> None:
        self._page = page
        self._asked = request
        self._around = surroundings
        self._trust = surroundings.trust
        self._standing = standing
        self._document = without_fragment(request.url)
        self._step = self._trust.step(self._document)
        self._shown: Shown | None = None

    async def rendered(self) -> Rendered | None:
        """The page, or None where it is to be loaded. Raises `WalkLostError`."""
        around = self._around if self._step is Step.WALK else replace(self._around, discovers=False)
        visit = WalkingVisit(self._page, self._asked, around, self._standing, self._believes)
        try:
            outcome = await visit.outcome()
        except PageLostError as error:
            self._note_in_vain()
            raise WalkLostError(str(error)) from error
        if isinstance(outcome, Rendered) and visit.read is not None:
            if self._believes(visit.read):
                self._trust.note_walk(self._document)
                if self._page.standing is not None and self._shown is not None:
                    self._page.standing = replace(self._page.standing, shown=self._shown)
                return outcome
        else:
            self._shown = None
        if self._shown is None or self._step is Step.WALK:
            self._note_in_vain()
        if self._page.spoilt is not None:
            raise WalkLostError(self._page.spoilt)
        return None

    def _believes(self, read: Rendered) -> bool:
        """Whether what was read is used as it is."""
        self._shown = self._shown or Shown(read)
        return (
            self._step is Step.WALK
            and read.url == self._asked.url
            and not self._trust.is_doubtful(self._document, self._standing.shown, self._shown)
        )

    def compare(self, outcome: RenderOutcome, loaded: Rendered | None) -> None:
        """Learn from a load of the same route."""
        if self._shown is None:
            return
        if not isinstance(outcome, Rendered) or loaded is None:
            self._trust.note_fault(self._document)
        elif loaded.is_settled:
            self._trust.note_check(self._document, self._shown, Shown(loaded))
        self._say_why_it_ended()

    def _note_in_vain(self) -> None:
        self._trust.note_in_vain(self._document)
        self._say_why_it_ended()

    def _say_why_it_ended(self) -> None:
        if (why := self._trust.why_ended(self._document)) is not None:
            document = self._document.partition("?")[0]
            _LOGGER.debug("the routes of %s are all loaded from now on: %s", document, why)
