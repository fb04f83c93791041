"""A URL whose turn can come: one queued row of the ledger, as the frontier and the fetchers hold it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FoundBy(StrEnum):
    """How a URL became known."""

    SEED = "seed"
    LINK = "link"
    SITEMAP = "sitemap"
    SITEMAP_FILE = "sitemap_file"  # is a sitemap or feed itself: read for its addresses, never a document
    REDIRECT = "redirect"
    CANONICAL = "canonical"
    # Asked directly after a full crawl that did not meet it: does its document still exist?
    ORPHAN = "orphan"
    # Taken for a copy of a document that turned out not to be there: judged again on its own.
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class FetchTask:
    """A queued URL.

    `host` is the WHATWG host (name, and port where it is not the scheme's own). `depth` counts links from
    a seed, which has 0. `redirects` are the addresses that led here, oldest first. `link_text` is what a
    link to it said of it, "" where none did. `etag`,
    `last_modified` and `body_hash` describe the copy that the catalog keeps of a document, for a
    conditional request, `read_by` the mark of the rules that read it; all are None where there is none.
    """

    url_id: int
    key: bytes
    url: str
    host: str
    depth: int
    connector_id: int = 0
    found_by: FoundBy = FoundBy.LINK
    attempts: int = 0
    redirects: tuple[str, ...] = ()
    link_text: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: bytes | None = None
    document_id: str | None = None
    read_by: bytes | None = None
