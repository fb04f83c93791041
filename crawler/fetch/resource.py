"""What a rendered page is given for one of its requests, as the server answered it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crawler.fetch.direct_auth import DirectAuth
from crawler.fetch.http11 import Headers

Count = Callable[[int], None]
"""Is told how many bytes more a body has become; raises `BodyTooLargeError` where that is too many."""

_ENDLESS: Final = ("text/event-stream", "multipart/x-mixed-replace")


@dataclass(frozen=True, slots=True)
class ResourceAnswer:
    """A status, the headers in their order (names in lower case, repeated ones apart) and a decoded body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def is_endless(content_type: str) -> bool:
    """Whether a body of this type goes on as long as somebody listens."""
    return content_type.strip().lower().startswith(_ENDLESS)


def without_claims(fields: Headers, auth: object) -> Headers:
    """A page's own headers without an `Authorization` that the origin's login speaks for itself."""
    if not (isinstance(auth, DirectAuth) and auth.owns_authorization):
        return fields
    return [field for field in fields if field[0].lower() != b"authorization"]


def in_order(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Headers as text."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
