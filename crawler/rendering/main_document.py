"""What becomes of a page's navigations: its document is served, reloads are few, others lead away. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from crawler.rendering.interception import HISTORY, Paused, is_download, is_file, without_fragment

SOON_SECONDS: Final = 3.0
"""A page that is replaced after so long is a redirect; one that stays longer is meant to be read."""


class Phase(Enum):
    """How far a visit is."""

    OPENING = auto()
    """The document was not asked for yet: whatever else comes is of the page before."""
    SETTLING = auto()
    ACTING = auto()
    """We scroll and click: where that leads is a link."""
    OVER = auto()


class Course(Enum):
    """What is done about a navigation."""

    SERVE = auto()
    """It is given the document that HTTP brought."""
    RELOAD = auto()
    """The loader answers it: a page may set a cookie and ask for itself again."""
    LEAVE = auto()
    """The visit ends: its outcome is where the script led."""
    LINK = auto()
    """The page stays, the address is a link."""
    STAY = auto()
    """The page stays."""


@dataclass(frozen=True, slots=True)
class Navigating:
    """A navigation was wanted: what is done about it, and what is said of it."""

    course: Course
    note: str | None = None


def course_of(paused: Paused, phase: Phase, address: str, reloads_left: int) -> Navigating:
    """What is done about the navigation of a page that was opened at `address`."""
    asked = paused.request
    is_itself = without_fragment(asked.url) == without_fragment(address)
    if phase in {Phase.OPENING, Phase.OVER}:
        wanted = phase is Phase.OPENING and is_itself and paused.navigation != HISTORY
        return Navigating(Course.SERVE if wanted else Course.STAY)
    if asked.method != "GET":
        return Navigating(Course.STAY, f"a form was not sent: {asked.method} changes things")
    if paused.navigation == HISTORY or (phase is Phase.ACTING and is_itself):
        return Navigating(Course.STAY)
    if not is_itself:
        is_link = phase is Phase.ACTING or is_file(asked.url) or is_download(asked)
        return Navigating(Course.LINK if is_link else Course.LEAVE)
    if reloads_left > 0:
        return Navigating(Course.RELOAD)
    return Navigating(Course.STAY, "the page reloads itself again and again")


def refresh_course(url: str, seconds: float, phase: Phase, address: str) -> Course:
    """What is done about a page that will be replaced after seconds."""
    if without_fragment(url) == without_fragment(address) or not url.startswith(("http://", "https://")):
        return Course.STAY
    is_redirect = seconds <= SOON_SECONDS and phase is Phase.SETTLING and not is_file(url)
    return Course.LEAVE if is_redirect else Course.LINK
