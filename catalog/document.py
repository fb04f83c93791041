"""What is kept of a page or a file: its text as structured blocks, its fields, and where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FieldValue = str | int | float | bool | datetime | tuple[str, ...]
"""A typed field: string, long, double, boolean, date (aware, UTC) or string list."""


class BlockKind(StrEnum):
    """What a block of text is on its page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"
    CAPTION = "caption"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of main content, in reading order.

    `level` is 1-6 for headings and the nesting (from 1) of list items, else 0. `anchor` is the id of the
    nearest element at or above the block that a fragment can point to. `page` is the page, slide or
    sheet of a file, from 1. The text of a table has a row per line and its cells parted by " | ", its
    header row first. `language` (ISO 639-1) is given where it is another than the document's.
    """

    kind: BlockKind
    text: str
    level: int = 0
    anchor: str | None = None
    page: int | None = None
    language: str | None = None


class DocumentKind(StrEnum):
    """Whether a document is a web page or an attachment."""

    PAGE = "page"
    FILE = "file"


@dataclass(frozen=True)
class FieldFault:
    """A mapped value that does not fit its field's type: reported, never indexed wrongly."""

    field: str
    source: str  # as in the configuration: `css:time@datetime`
    value: str  # its beginning
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """A page or file as it is kept in the catalog and handed to the indexer."""

    id: str
    connector: str
    url: str
    kind: DocumentKind
    version: int
    title: str
    language: str | None
    fields: Mapping[str, FieldValue]
    blocks: Sequence[Block]
    access_id: int
    fetched_at: datetime


def url_key(connector: str, canonical_url: str) -> bytes:
    """The 128-bit identity of a URL within a connector; its hex form is the document's id."""
    identity = f"{connector}\0{canonical_url}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(identity, digest_size=16).digest()


def document_id(connector: str, canonical_url: str) -> str:
    """A document's id: 32 hex digits, a hash of connector and canonical URL."""
    return url_key(connector, canonical_url).hex()
