"""What a crawl hands to a fetcher: one URL whose turn has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchTask:
    """A URL of the frontier, taken from its ledger row.

    `host` is the WHATWG host (name, and port where it is not the scheme's own). `depth` counts links from
    a seed, which has 0. `redirects` are the addresses that led here, oldest first. `etag` and
    `last_modified` are of the copy that the catalog keeps, for a conditional request.
    """

    url_id: int
    key: bytes
    url: str
    host: str
    depth: int
    attempts: int = 0
    redirects: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
