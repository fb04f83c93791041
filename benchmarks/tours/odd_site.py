"""A small site that has one page of each kind that is not indexed, beside two that are."""

from __future__ import annotations

from typing import Final

from catalog.vocabulary import Reason
from tests.crawler.impostors.pages import IMPOSTORS
from tests.extract.scripted_pages import SHELLS
from tests.support.changing_site import PARAGRAPH, Answer
from tests.support.login_pages import KEYCLOAK
from tests.support.trap_sites import endless_calendar, html

_TIDES: Final = (
    "The tide table of this harbour is kept by the harbour master and printed anew each Monday.",
    "High water at the north quay comes twenty minutes after high water at the light.",
    "Boats of more than two metres' draught wait at the buoy until the green lamp is lit.",
)
_LINKS: Final = {
    "/tides.html": "Tide table",
    "/print/tides.html": "Tide table, to print",
    "/retired.html": "An article that moved away",
    "/members/minutes.html": "Minutes of the harbour board",
    "/calendar?year=2026&month=11": "Calendar",
    "/news.html": "News of the harbour",
    "/shop/": "The shop",
    "/fish.html": "Prices of fish",
    "/ferries.html": "Ferries",
    "/boats/": "Boats at their moorings",
}
_MISSING: Final = html("Not found", "This page does not exist (404). Begin again at the front page.")
_CLOSED: Final = Answer(IMPOSTORS[Reason.MAINTENANCE_PAGE]["the template that many copy"].encode())
_PAGES: Final = {
    "/": html("The harbour", PARAGRAPH * 3, links=_LINKS),
    "/tides.html": html("Tide table", *_TIDES),
    "/print/tides.html": html("Tide table", *_TIDES),
    "/members/minutes.html": Answer(KEYCLOAK.encode()),
    "/news.html": Answer(IMPOSTORS[Reason.CONSENT_WALL]["OneTrust"].encode()),
    "/shop/": Answer(IMPOSTORS[Reason.DEFAULT_PAGE]["Apache of Debian"].encode()),
    "/fish.html": Answer(IMPOSTORS[Reason.ERROR_PAGE]["nginx"].encode()),
    "/ferries.html": _CLOSED,
    "/boats/": Answer(SHELLS["create-react-app"].encode()),
}
CLOSE: Final = "/close"
"""Who asks for this closes the site: but for its front page it is under maintenance from then on."""


class OddSite:
    """The site; a missing page is answered with status 200 and an apology."""

    def __init__(self) -> None:
        self._is_closed = False

    def __call__(self, path: str) -> Answer:
        """What stands at a path."""
        self._is_closed = self._is_closed or path == CLOSE
        if self._is_closed and path != "/":
            return _CLOSED
        if path.startswith("/calendar"):
            return endless_calendar(path)
        return _PAGES.get(path, _MISSING)
