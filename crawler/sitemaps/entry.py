"""What a sitemap or feed lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a file turned out to be."""

    URLSET = "urlset"
    INDEX = "index"
    RSS = "rss"
    ATOM = "atom"
    TEXT = "text"
    ARCHIVE = "archive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One address as it stood there, without the whitespace around it: it may be relative, or no URL at all.

    `lastmod` is aware; None where none was given, or nothing that can be read as a date. `alternates` are
    the same page in other languages (``xhtml:link rel="alternate" hreflang``). `is_sitemap` says that the
    address is that of another sitemap.
    """

    url: str
    lastmod: datetime | None = None
    alternates: tuple[str, ...] = ()
    is_sitemap: bool = False


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A file that was read.

    `notes` are sentences about what was left out or mended; `fault` says in one why nothing could be read.
    """

    kind: Kind
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str | None = None
