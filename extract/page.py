"""What extraction yields: a page that was understood, or why it could not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from catalog.document import Block, DocumentKind, FieldFault, FieldValue
from catalog.vocabulary import Reason
from extract.html.script_evidence import NO_SCRIPTS, ScriptEvidence
from extract.html.short_page import ShortPage


class Link(NamedTuple):
    """A link in order of appearance: absolute, not yet canonical, with the fragment it had."""

    url: str
    text: str = ""
    nofollow: bool = False


@dataclass(frozen=True, slots=True)
class Directives:
    """What meta robots and `X-Robots-Tag` say together; the strictest of both wins."""

    noindex: bool = False
    nofollow: bool = False


NO_DIRECTIVES: Final = Directives()


@dataclass(frozen=True, slots=True)
class Page:
    """One understood page or file.

    `text` is the blocks' text joined by blank lines; `content_hash` (16 bytes) covers the normalised main
    content and the mapped fields, not the bytes: a new timestamp in the footer is no change. `glance` is None
    of files, and of pages with more text.
    """

    kind: DocumentKind
    title: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    fields: Mapping[str, FieldValue]
    content_hash: bytes
    content_type: str
    language: str | None = None
    canonical: str | None = None
    directives: Directives = NO_DIRECTIVES
    faults: tuple[FieldFault, ...] = field(default=())
    evidence: ScriptEvidence = NO_SCRIPTS
    glance: ShortPage | None = None

    @property
    def text(self) -> str:
        """The main content as plain text."""
        return "\n\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Content from which no document can be made; its links (an empty hub page has some) still lead on."""

    reason: Reason
    detail: str
    content_type: str
    links: tuple[Link, ...] = ()
    directives: Directives = NO_DIRECTIVES
    evidence: ScriptEvidence = NO_SCRIPTS
    glance: ShortPage | None = None
