"""What a visit of a URL says, before any of it is written: found URLs, a verdict, a document, a body.

Free of SQLAlchemy, so that the parser processes, which make most of these values, start quickly. What they
send has no slots: a frozen class with slots is pickled by Python code, one without in C.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

import zstandard

from catalog.document import FieldFault
from catalog.task import FoundBy
from catalog.vocabulary import Decision, Reason, UrlState

# A URL refused because of the *way* it was reached may be reached another way later in the same run.
REACHABLE_ANOTHER_WAY: Final = (Reason.TOO_DEEP, Reason.NOFOLLOW, Reason.TOO_MANY_LINKS)


EXAMPLES_PER_HOST: Final = 5


@dataclass(frozen=True)
class Discovery:
    """A URL as it was met, with the rules' decision about it."""

    key: bytes
    url: str
    host: str
    depth: int
    found_by: FoundBy
    decision: Decision
    referrer_id: int | None = None
    redirects: tuple[str, ...] = ()
    lastmod: datetime | None = None  # aware: what a sitemap or feed says
    link_text: str = ""  # where it says what is there (extract.link_text)


def each_once(discoveries: Iterable[Discovery]) -> dict[bytes, Discovery]:
    """By key the first discovery of each URL, with the first link text that any of them has."""
    first: dict[bytes, Discovery] = {}
    for item in discoveries:
        known = first.setdefault(item.key, item)
        if item.link_text and not known.link_text:
            first[item.key] = replace(known, link_text=item.link_text)
    return first


@dataclass(frozen=True)
class HostRefused:
    """Links of one page to one host out of scope: no ledger row each, but a counter and some examples."""

    host: str
    reason: Reason
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FetchedCopy:
    """What is remembered of a body that was read, for the next conditional request.

    `renderer_reason` is a sentence that says why this renderer was chosen. `read_by` is the mark of the rules
    that read it, `headers` are those of the answer that they took, or may take another time. `sketch` tells
    what the text resembles (`catalog.resemblance`).
    """

    content_type: str
    size: int
    renderer: str
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    content_hash: bytes | None
    renderer_reason: str | None = None
    read_by: bytes | None = None
    headers: Mapping[str, str] | None = None
    sketch: bytes | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a visit came to.

    `copy` describes the body that was read; None leaves what is known of it. `document_id` is the document
    that the URL leads to: its own, a duplicate's original, a redirect's target; None leaves it too.
    """

    url_id: int
    state: UrlState
    reason: Reason | None = None
    rule: str | None = None
    detail: str | None = None
    status: int | None = None
    attempts: int = 1
    milliseconds: int | None = None
    document_id: str | None = None
    copy: FetchedCopy | None = None


@dataclass(frozen=True)
class DocumentDraft:
    """A read page or file, packed for storage (`catalog.content`); its id is its URL's key in hex."""

    id: str
    url_id: int
    url: str
    kind: str
    title: str
    language: str | None
    fields: Mapping[str, object]
    content: bytes
    content_hash: bytes
    access_id: int
    faults: tuple[FieldFault, ...] = ()
    can_be_copy: bool = True  # enough content for equal content to mean the same document
    sketch: bytes | None = None
    marks: tuple[int, ...] = ()  # what near copies are found by; none where there is little content
    canonical: str | None = None  # the other address that the page calls its canonical one
    canonical_id: str | None = None  # of the document there


class StoredBody(NamedTuple):
    """A body ready to be kept: its `body_hash`, its bytes by `compress`, and its size before that."""

    hash: bytes
    packed: bytes
    size: int


def body_hash(body: bytes) -> bytes:
    """The 128-bit name of a body."""
    return hashlib.blake2b(body, digest_size=16).digest()


def compress(body: bytes) -> bytes:
    """A body as it lies in a shard."""
    return zstandard.compress(body, 3)


def stored_body(body: bytes) -> StoredBody:
    """Hash and compress a body; it takes about a millisecond for 100 KB, so not in the writer's thread."""
    return StoredBody(body_hash(body), compress(body), len(body))


@dataclass(frozen=True)
class Suspicion:
    """That a page which was read is none, but stands where content was expected; `seen` says what was seen.

    What is not sure is to be proved before anything is made of it (`crawler.sync.impostors`).
    """

    reason: Reason
    seen: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """All that one visit of a URL says.

    `links` is packed (`catalog.content`), `sources` is what a rendered page was made of, packed too;
    `unchanged` is the id of a document that stands as it is. `said` are the lines of what was
    read, as numbers (`crawler.rules.traps.said`); None where nothing was. `suspicion` is what the page may
    be instead of content.
    """

    verdict: Verdict | None = None
    draft: DocumentDraft | None = None
    body: StoredBody | None = None
    links: bytes | None = None
    sources: bytes | None = None
    discoveries: Sequence[Discovery] = ()
    hosts_refused: Sequence[HostRefused] = ()
    unchanged: str | None = None
    said: bytes | None = None
    suspicion: Suspicion | None = None
    transferred: int = 0  # bytes over the wire
