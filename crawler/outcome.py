"""The closed set of things that a fetch can come to; no exception crosses the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class HtmlFetched:
    """A page: `body` decompressed, header names in lower case, `milliseconds` up to the last byte."""

    body: bytes
    status: int
    content_type: str
    headers: Mapping[str, str]
    milliseconds: int


@dataclass(frozen=True, slots=True)
class FileFetched:
    """Anything that is not HTML; whether it can be read is for `extract` to say."""

    body: bytes
    status: int
    content_type: str
    headers: Mapping[str, str]
    milliseconds: int


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: the copy that the catalog keeps still stands."""

    headers: Mapping[str, str]
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Redirected:
    """A 3xx answer; its target is absolute, not yet canonical, and for the engine to decide about."""

    target: str
    status: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Refused:
    """We will not have it: too large, a forbidden address, a decompression bomb, a 401 or 403 …"""

    reason: Reason
    detail: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """404 or 410: the only answers that are evidence for a deletion."""

    reason: Reason
    status: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer this time. `retry_after` is what the server asked for, in seconds."""

    reason: Reason
    detail: str
    status: int | None = None
    retry_after: float | None = None


Outcome = HtmlFetched | FileFetched | NotModified | Redirected | Refused | Gone | Failed
