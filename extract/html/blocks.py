"""The pieces of main content as blocks of a document."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.document import Block, BlockKind
from extract.html.pieces import Piece


def blocks_of(pieces: Iterable[Piece]) -> tuple[Block, ...]:
    """A block per piece, in order."""
    return tuple(Block(piece.kind, piece.text, piece.level, piece.anchor) for piece in pieces)


def first_heading(blocks: Iterable[Block]) -> str | None:
    """The text of the highest heading, the first among equals."""
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    return min(headings, key=lambda block: block.level).text if headings else None
