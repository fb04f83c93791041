"""Which headers of a page's request go on to the server, and which of its answer come back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from catalog.canonical_url import WebAddress
from crawler.fetch.http11 import Headers

_OURS: Final = frozenset(
    {
        "accept-encoding",
        "cache-control",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "pragma",
        "priority",
        "purpose",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "user-agent",
    }
)
"""The connection's, the fetcher's, or asking for less than the whole."""
_OURS_BY_PREFIX: Final = ("if-", "proxy-", "sec-")
_NOT_FOR_PAGES: Final = frozenset(
    {
        "alt-svc",
        "connection",
        "content-encoding",
        "content-length",
        "keep-alive",
        "nel",
        "proxy-authenticate",
        "report-to",
        "reporting-endpoints",
        "strict-transport-security",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "www-authenticate",
    }
)
"""The connection's, the encoding that is undone already, the login's, and orders to report elsewhere."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_HTTP_ONLY: Final = re.compile(r";\s*httponly\s*(?:;|=|$)", re.IGNORECASE)
_NEXT_COOKIE: Final = re.compile(r",\s*(?=[^\s;,=]+=)")


def passed_on(headers: Mapping[str, str], target: WebAddress, page: WebAddress) -> Headers:
    """What the page says with its request, and may: all but what is the fetcher's own to say.

    From a page of https to http goes nothing that might let anybody in.
    """
    is_downgrade = page.scheme == "https" and target.scheme == "http"
    return [
        (name.encode("ascii"), _one_line(value))
        for name, value in headers.items()
        if _NAME.fullmatch(name)
        and name not in _OURS
        and not name.startswith(_OURS_BY_PREFIX)
        and not (is_downgrade and (name == "authorization" or name.startswith("x-")))
    ]


def given_back(
    headers: Iterable[tuple[str, str]], *, keeps_length: bool, hides_sessions: bool
) -> tuple[tuple[str, str], ...]:
    """What a page sees of an answer's headers.

    `keeps_length` for a HEAD; `hides_sessions` where the login keeps the cookies that are HttpOnly, so that
    the browser need not have them.
    """
    return tuple(
        (name, value)
        for name, value in headers
        if (name not in _NOT_FOR_PAGES or (keeps_length and name == "content-length"))
        and not (hides_sessions and name == "set-cookie" and _HTTP_ONLY.search(value))
    )


def cookies_for_scripts(joined: str) -> tuple[tuple[str, str], ...]:
    """The Set-Cookie headers of a page's document that its scripts may see, of those that were joined.

    The others are the session's: our fetcher has kept them if anybody does.
    """
    lines = cookie_lines(joined)
    return tuple(("set-cookie", line) for line in lines if not _HTTP_ONLY.search(line))


def cookie_lines(joined: str) -> tuple[str, ...]:
    """The single Set-Cookie headers of those that were joined by commas, as `Answer.headers` has them.

    A date has a comma too, which no name with an equals sign follows.
    """
    return tuple(line.strip() for line in _NEXT_COOKIE.split(joined) if line.strip())


def _one_line(value: str) -> bytes:
    return "".join(value.splitlines()).encode("latin-1", "replace")
