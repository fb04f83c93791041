"""Whether an application may be walked through by its routes, or is loaded anew for each of them. Pure.

Whoever follows a link to a route of the same document sees what its script makes of the page that stands
there. That this is what a load would have shown is not believed: the first routes are read both ways, later
ones now and then, and those that may still show the route before. A single difference ends it for the
document in this run.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from crawler.rendering.shown import Shown, characters

FIRST_CHECKS: Final = 3
WALKS_BETWEEN_CHECKS: Final = 25
_MOST_PLACES: Final = 2_000
_LEAST_OF_ITS_OWN: Final = 20
"""Characters that a page says and the one before it did not."""
_LEFT_OVER: Final = 0.5
"""Of what only the page before said: more of it here says that it was read too early, or only added to."""
_VAIN: Final = 3
_VAIN_SHARE: Final = 0.25


class Step(Enum):
    """How a route is read."""

    LOAD = auto()
    CHECK = auto()
    """Both ways: what was loaded is used, and compared."""
    WALK = auto()


@dataclass(slots=True)
class _Place:
    """What is known of one document. `frame` are the texts that its routes have in common."""

    agreed: int = 0
    walks: int = 0
    since_check: int = 0
    in_vain: int = 0
    ended: str | None = None
    loaded: frozenset[str] = frozenset()
    frame: frozenset[str] = frozenset()


class WalkTrust:
    """By the address of each document without its fragment; at most 2,000 of them, the latest ones."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, _Place] = OrderedDict()

    def step(self, document: str) -> Step:
        """How the next route of a document is read."""
        place = self._place(document)
        if place.ended is not None:
            return Step.LOAD
        if place.agreed < FIRST_CHECKS or place.since_check >= WALKS_BETWEEN_CHECKS:
            return Step.CHECK
        return Step.WALK

    def why_ended(self, document: str) -> str | None:
        """Why the routes of a document are all loaded; None while they are not."""
        return self._place(document).ended

    def is_doubtful(self, document: str, before: Shown, walked: Shown) -> bool:
        """Whether what was read after a walk may be, in part, what stood there before it."""
        frame = self._place(document).frame
        alone = before.blocks - frame
        left_over = characters(alone & walked.blocks)
        gained = characters(walked.blocks - frame - before.blocks)
        return gained < _LEAST_OF_ITS_OWN or left_over >= _LEFT_OVER * characters(alone)

    def note_walk(self, document: str) -> None:
        """A route was walked to, and what was read there is used."""
        place = self._place(document)
        place.walks += 1
        place.since_check += 1

    def note_in_vain(self, document: str) -> None:
        """A walk was of no use, and the route is loaded; where that is often so, it only costs time."""
        place = self._place(document)
        place.in_vain += 1
        if place.in_vain > _VAIN + _VAIN_SHARE * place.walks:
            place.ended = place.ended or "too many walks to its routes were in vain"

    def note_check(self, document: str, walked: Shown, loaded: Shown) -> None:
        """A route was read both ways."""
        place = self._place(document)
        place.frame |= place.loaded & loaded.blocks
        place.loaded = loaded.blocks
        if walked.agrees_with(loaded):
            place.agreed += 1
            place.since_check = 0
        else:
            place.ended = "a route that was walked to says something else when it is loaded"

    def note_fault(self, document: str) -> None:
        """A walk showed a page where a load shows none."""
        self._place(document).ended = "a route that was walked to shows no page when it is loaded"

    def _place(self, document: str) -> _Place:
        place = self._places.pop(document, None) or _Place()
        self._places[document] = place
        if len(self._places) > _MOST_PLACES:
            self._places.popitem(last=False)
        return place
