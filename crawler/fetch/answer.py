"""From a complete answer to an outcome: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.canonical_url import standard_href
from catalog.vocabulary import Reason
from crawler.fetch.content_type import effective_type, is_html
from crawler.outcome import (
    Failed,
    FileFetched,
    Gone,
    HtmlFetched,
    NotModified,
    Outcome,
    Redirected,
    Refused,
)
from crawler.rules.retry import answered_at, retry_after_seconds

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = {
    204: Reason.EMPTY_CONTENT,
    205: Reason.EMPTY_CONTENT,
    401: Reason.UNAUTHORIZED,
    403: Reason.FORBIDDEN,
    407: Reason.PROXY_UNAUTHORIZED,
}
_GONE = {404: Reason.NOT_FOUND, 410: Reason.GONE}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers (names in lower case, repeated ones joined by commas) and a decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    milliseconds: int


def wants_body(status: int) -> bool:
    """Whether the body of an answer is worth reading."""
    return 200 <= status < 300 and status not in _REFUSALS


def outcome_of_answer(answer: Answer, url: str, *, conditional: bool) -> Outcome:
    """What the answer to a request for `url` means. `conditional`: a 304 was asked for."""
    status = answer.status
    if wants_body(status):
        return _fetched(answer)
    if status == 304 and conditional:
        return NotModified(answer.headers, answer.milliseconds)
    if status in REDIRECTS:
        return _redirect(answer, url)
    if status in _GONE:
        return Gone(_GONE[status], status)
    if status in _REFUSALS:
        return Refused(_REFUSALS[status], f"the server answered {status}", status)
    return _no_usable_answer(answer)


def _fetched(answer: Answer) -> HtmlFetched | FileFetched:
    content_type = effective_type(answer.headers.get("content-type", ""), answer.body)
    kind = HtmlFetched if is_html(content_type) else FileFetched
    return kind(answer.body, answer.status, content_type, answer.headers, answer.milliseconds)


def redirect_target(answer: Answer, url: str) -> str | None:
    """The absolute address that a 3xx answer points to, None where there is none or it is no URL."""
    location = answer.headers.get("location", "").strip()
    return standard_href(_utf8(location), url) if location else None


def _redirect(answer: Answer, url: str) -> Outcome:
    target = redirect_target(answer, url)
    if target is not None:
        return Redirected(target, answer.status, answer.milliseconds)
    location = answer.headers.get("location")
    seen = "without a Location" if location is None else f"to {location[:200]!r}, which is no URL"
    return Failed(Reason.PROTOCOL_ERROR, f"the server answered {answer.status} {seen}", answer.status)


def _no_usable_answer(answer: Answer) -> Outcome:
    status = answer.status
    now = answered_at(answer.headers.get("date"), datetime.now(UTC))
    retry_after = retry_after_seconds(answer.headers.get("retry-after"), now)
    if status == 429:
        return Failed(Reason.RATE_LIMITED, "the server answered 429: too many requests", status, retry_after)
    if status == 408:
        return Failed(Reason.TIMEOUT, "the server answered 408: it waited too long", status, retry_after)
    if status >= 500:
        return Failed(Reason.SERVER_ERROR, f"the server answered {status}", status, retry_after)
    if status >= 400:
        return Refused(Reason.CLIENT_ERROR, f"the server answered {status}", status)
    return Failed(Reason.PROTOCOL_ERROR, f"the server answered {status}, which was not asked for", status)


def _utf8(text: str) -> str:
    """Header bytes are read as Latin-1; a Location that is not ASCII is UTF-8 in practice."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return text
