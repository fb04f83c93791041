"""A document as it was indexed, ready for its template: blocks in reading order, the passage that led here
marked among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from catalog.document import Block, BlockKind, Document
from search_api.query.deep_link import safe_url
from search_api.query.highlight import highlight
from search_api.web.facts import Fact, fact_of
from search_api.web.labels import day_of
from search_api.web.text import Segment, clean, crumbs_of, segments_of
from settings.fields import BUILT_IN_FIELDS

_BLOCK_BREAK: Final = len("\n\n")
"""A document's text is its blocks joined by blank lines: that is what offsets count in."""
_CELL_BREAK: Final = " | "
_MOST_CHARACTERS: Final = 400_000
"""More would keep a browser busy for seconds; what is left out is said."""
_BEFORE_PASSAGE: Final = 40_000
_OUTLINE: Final = 60
_NOT_TOLD: Final = {"title", "url", "connector", "language", "size", "version", "file_name"}


class Shape(StrEnum):
    """How a part of the text is laid out."""

    HEADING = "heading"
    TEXT = "text"
    LIST = "list"
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"
    CAPTION = "caption"


_SHAPES: Final = {
    BlockKind.HEADING: Shape.HEADING,
    BlockKind.LIST_ITEM: Shape.LIST,
    BlockKind.TABLE: Shape.TABLE,
    BlockKind.CODE: Shape.CODE,
    BlockKind.QUOTE: Shape.QUOTE,
    BlockKind.CAPTION: Shape.CAPTION,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What led to the document: the words of a question, and the stretch of its text (code points) that
    answers, if any."""

    words: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A block. `is_here`: it is of the passage; `is_first_here`: the passage begins with it.

    `page` is told where a new page of a file begins; a table has `rows`, everything else `segments`.
    """

    shape: Shape
    number: int
    level: int
    segments: tuple[Segment, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    page: int | None = None
    is_here: bool = False
    is_first_here: bool = False


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The whole page; `left_out` counts characters that are not shown."""

    title: str
    href: str | None
    noun: str
    crumbs: tuple[str, ...]
    connector: str
    fetched: Fact
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]
    outline: tuple[Part, ...]
    left_out: int

    @property
    def has_passage(self) -> bool:
        """Whether what led here stands in what is shown."""
        return any(part.is_here for part in self.parts)


def view_document(document: Document, asked: Asked) -> DocumentView:
    """The document; of a very long one the part around the passage."""
    placed = list(_placed(document.blocks))
    shown = _window(placed, asked.start)
    total = sum(len(block.text) for _, block in placed)
    title = clean(document.title) or clean(document.url)
    parts = tuple(_parts(_below_title(shown, title), asked, document.language))
    outline = tuple(part for part in parts if part.shape is Shape.HEADING and part.segments)
    told = [name for name in document.fields if name not in _NOT_TOLD]
    told.sort(key=lambda name: name in BUILT_IN_FIELDS)
    facts = (fact_of(name, document.fields[name]) for name in told)
    return DocumentView(
        title=title,
        href=safe_url(document.url),
        noun=document.kind.value,
        crumbs=crumbs_of(document.url),
        connector=clean(document.connector),
        fetched=Fact("Read", day_of(document.fetched_at), document.fetched_at.date().isoformat()),
        facts=tuple(fact for fact in facts if fact.text),
        parts=parts,
        outline=outline if 2 < len(outline) <= _OUTLINE else (),
        left_out=total - sum(len(block.text) for _, block in shown),
    )


def _placed(blocks: Sequence[Block]) -> Iterator[tuple[int, Block]]:
    """Each block with where it begins in the document's text."""
    position = 0
    for block in blocks:
        yield position, block
        position += len(block.text) + _BLOCK_BREAK


def _window(placed: Sequence[tuple[int, Block]], start: int) -> list[tuple[int, Block]]:
    length = placed[-1][0] + len(placed[-1][1].text) if placed else 0
    first = 0 if length <= _MOST_CHARACTERS else max(0, start - _BEFORE_PASSAGE)
    return [entry for entry in placed if first <= entry[0] + len(entry[1].text) <= first + _MOST_CHARACTERS]


def _below_title(placed: list[tuple[int, Block]], title: str) -> list[tuple[int, Block]]:
    """Without a first heading that says what stands above it already."""
    first = placed[0][1] if placed else None
    repeats = first is not None and first.kind is BlockKind.HEADING and clean(first.text) == title
    return placed[1:] if repeats else placed


def _parts(placed: Sequence[tuple[int, Block]], asked: Asked, language: str | None) -> Iterator[Part]:
    page, was_here = None, False
    for number, (position, block) in enumerate(placed):
        first, last = asked.start - position, asked.end - position
        is_here = first < len(block.text) and last > 0
        if is_here and first >= 0 and last <= len(block.text) and last - first < len(block.text):
            spans = [(first, last)]
        else:
            found = highlight(block.text, asked.words, block.language or language)
            spans = [(span.start, span.end) for span in found]
        is_table = block.kind is BlockKind.TABLE
        yield Part(
            shape=_SHAPES.get(block.kind, Shape.TEXT),
            number=number,
            level=block.level,
            segments=() if is_table else segments_of(block.text, spans),
            rows=tuple(_rows(block.text, spans)) if is_table else (),
            page=block.page if block.page != page else None,
            is_here=is_here,
            is_first_here=is_here and not was_here,
        )
        page, was_here = block.page, was_here or is_here


def _rows(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[Cell, ...]]:
    """A table has a row per line, its cells parted by `_CELL_BREAK`."""
    position = 0
    for line in text.split("\n"):
        cells = []
        for cell in line.split(_CELL_BREAK):
            inside = [(start - position, end - position) for start, end in spans]
            cut = [(max(0, start), min(len(cell), end)) for start, end in inside]
            cells.append(Cell(segments_of(cell, [(start, end) for start, end in cut if start < end])))
            position += len(cell) + len(_CELL_BREAK)
        position += 1 - len(_CELL_BREAK)
        yield tuple(cells)
