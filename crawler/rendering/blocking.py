"""Which of a page's requests are not made at all, and what the page gets in their place. Pure."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Final

from catalog.canonical_url import WebAddress
from crawler.rendering.interfaces import Answered, PageRequest, Withheld
from crawler.rendering.trackers import is_tracker
from crawler.rules.changing_links import changes_something
from crawler.rules.registrable_domain import registrable_domain
from settings.render import Blocked

READING: Final = frozenset({"GET", "HEAD"})
POSTED: Final = "only GET and HEAD read"
_NEVER: Final = {
    "CSPViolationReport": "report",
    "EventSource": "endless stream",
    "FedCM": "sign-in offer",
    "Manifest": "manifest",
    "Ping": "ping",
    "Prefetch": "prefetch",
    "SignedExchange": "prefetch",
    "TextTrack": "text track",
    "WebSocket": "socket",
}
"""By DevTools' words for them: what no text of a page comes from, or what never ends."""
_KINDS: Final = {
    "Image": Blocked.IMAGE,
    "Font": Blocked.FONT,
    "Media": Blocked.MEDIA,
    "Stylesheet": Blocked.STYLESHEET,
}
SCRIPTED: Final = frozenset({"XHR", "Fetch"})
_PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def stand_in(
    request: PageRequest, target: WebAddress, page: WebAddress, block: Collection[Blocked]
) -> Answered | Withheld | None:
    """What a page gets for a request that is not made; None: it may be made.

    A picture is a transparent pixel and a style sheet is empty: many pages answer their failure with another
    request, or do not go on without the sheet. Everything else fails, as it does for readers who block it.
    """
    why = _why_not(request, target, page, block)
    if why is None:
        return None
    if request.resource_type == "Image":
        return _answered(request, "image/gif", _PIXEL)
    if request.resource_type == "Stylesheet" and why == Blocked.STYLESHEET:
        return _answered(request, "text/css", b"")
    note = None
    if request.method not in READING and request.resource_type in SCRIPTED:
        note = f"its scripts wanted to {request.method}, and {POSTED}"
    return Withheld(why, note)


def _why_not(
    request: PageRequest, target: WebAddress, page: WebAddress, block: Collection[Blocked]
) -> str | None:
    if request.method not in READING:
        return f"{request.method} changes things, and {POSTED}"
    if request.is_main_document:
        return None
    return (
        _NEVER.get(request.resource_type)
        or ("prefetch" if _is_speculative(request) else None)
        or _blocked(request, target, page, block)
        or _would_change(target)
    )


def _blocked(
    request: PageRequest, target: WebAddress, page: WebAddress, block: Collection[Blocked]
) -> Blocked | None:
    if Blocked.TRACKER in block and is_tracker(target, page):
        return Blocked.TRACKER
    kind = _KINDS.get(request.resource_type)
    if request.resource_type == "Document" and _is_of_another_site(target, page):
        kind = Blocked.FRAME
    if kind is None and target.path == "/favicon.ico":
        kind = Blocked.IMAGE
    return kind if kind in block else None


def _would_change(target: WebAddress) -> str | None:
    words = changes_something(target.url[len(target.origin) :])
    return None if words is None else f"“{words}” changes things"


def _is_speculative(request: PageRequest) -> bool:
    purpose = request.headers.get("sec-purpose") or request.headers.get("purpose", "")
    return "prefetch" in purpose


def _is_of_another_site(target: WebAddress, page: WebAddress) -> bool:
    return registrable_domain(target.hostname) != registrable_domain(page.hostname)


def _answered(request: PageRequest, content_type: str, body: bytes) -> Answered:
    headers = [("content-type", content_type)]
    if (origin := request.headers.get("origin")) is not None:
        headers += [("access-control-allow-origin", origin), ("access-control-allow-credentials", "true")]
    return Answered(200, headers, body)
