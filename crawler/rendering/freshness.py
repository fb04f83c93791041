"""For how long an answer to one page may be given to the next one (RFC 9111 section 4.2). Pure.

Scripts, style sheets and what else a site's pages have in common are kept for the time of the cache, whatever
their headers say: a crawl sees one version of them. What is data, a script's own requests, is kept only as
long as the server says, and where it says nothing, as browsers do, a tenth of its age.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from crawler.rendering.interfaces import Answered, PageRequest

KEPT_SECONDS: Final = 600.0
SHARED: Final = frozenset({"Script", "Stylesheet", "Font", "Image"})
"""Kinds of resources that the pages of a site have in common, by DevTools' words."""

_KEPT_STATUS: Final = frozenset({200, 301, 302, 307, 308, 404, 410})
_PART_OF_AGE: Final = 0.1
_MAX_AGE: Final = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})")
_NOT_KEPT: Final = re.compile(r"\b(?:no-store|no-cache|private|must-understand)\b")
_PERSONAL: Final = re.compile(r"\*|\bcookie\b|\bauthorization\b|\buser-agent\b")
_JSON: Final = re.compile(r"[/+]json\b")


def seconds_fresh(request: PageRequest, answer: Answered) -> float:
    """How long the answer may be given again; 0 for not at all."""
    if request.method != "GET":
        return 0.0
    if request.resource_type in SHARED:
        return KEPT_SECONDS if answer.status in _KEPT_STATUS else 0.0
    if answer.status != 200 or request.is_main_document or "authorization" in request.headers:
        return 0.0
    headers = _joined(answer.headers)
    if "set-cookie" in headers or _PERSONAL.search(headers.get("vary", "").lower()):
        return 0.0
    control = headers.get("cache-control", "").lower()
    if _NOT_KEPT.search(control) or "no-cache" in headers.get("pragma", "").lower():
        return 0.0
    return min(_lifetime(control, headers), KEPT_SECONDS)


def _lifetime(control: str, headers: Mapping[str, str]) -> float:
    if (stated := _MAX_AGE.search(control)) is not None:
        return max(float(stated[1]) - _number(headers.get("age", "")), 0.0)
    date = _time(headers.get("date"))
    if "expires" in headers:
        expires = _time(headers["expires"])
        return 0.0 if date is None or expires is None else max((expires - date).total_seconds(), 0.0)
    modified = _time(headers.get("last-modified"))
    if date is None or modified is None or _JSON.search(headers.get("content-type", "").lower()):
        return 0.0
    return max((date - modified).total_seconds() * _PART_OF_AGE, 0.0)


def _joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _number(text: str) -> float:
    return float(text) if text.isdecimal() and len(text) < 10 else 0.0


def _time(text: str | None) -> datetime | None:
    """An HTTP date; None for none, and for what is none."""
    try:
        time = None if text is None else parsedate_to_datetime(text)
    except ValueError:
        return None
    return None if time is None or time.tzinfo is None else time
