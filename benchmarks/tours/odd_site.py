"""A small site that has one page of each kind that is not indexed, beside two that are."""

from __future__ import annotations

from typing import Final

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
}
_MISSING: Final = html("Not found", "This page does not exist (404). Begin again at the front page.")
_PAGES: Final = {
    "/": html("The harbour", PARAGRAPH * 3, links=_LINKS),
    "/tides.html": html("Tide table", *_TIDES),
    "/print/tides.html": html("Tide table", *_TIDES),
    "/members/minutes.html": Answer(KEYCLOAK.encode()),
}


def odd_page(path: str) -> Answer:
    """What stands at a path; a missing page is answered with status 200 and an apology."""
    if path.startswith("/calendar"):
        return endless_calendar(path)
    return _PAGES.get(path, _MISSING)
