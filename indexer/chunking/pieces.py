"""Blocks taken apart into the smallest stretches that a chunk keeps whole: sentences, rows, code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from catalog.document import Block, BlockKind
from indexer.chunking.prefix import one_line
from indexer.chunking.sentences import sentence_spans
from indexer.chunking.tokens import TokenMap


class Piece(NamedTuple):
    """A stretch of the document's text, `start` to `end`, with its number of tokens.

    `header` is a table's header row, repeated in a chunk that begins inside the table. Only prose
    (`repeatable`) may stand in two chunks. What `leads_on` belongs to what follows: a heading, or the
    sentence before a list or code that ends in a colon.
    """

    start: int
    end: int
    tokens: int
    anchor: str | None
    page: int | None
    path: tuple[str, ...]
    heading_level: int = 0
    repeatable: bool = False
    leads_on: bool = False
    header: str = ""
    header_tokens: int = 0


_LINE: Final = re.compile(r"^[^\S\n]*\S[^\n]*", re.MULTILINE)
_UNBROKEN: Final = re.compile(r"^[^\S\n]*\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*", re.MULTILINE)
"""Anchored, so that a long line of white space is read once."""
_PROSE: Final = frozenset(
    {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.CAPTION, BlockKind.DEFINITION}
)


def document_pieces(blocks: Sequence[Block], maps: Sequence[TokenMap], limit: int) -> Iterator[Piece]:
    """The pieces of all blocks in order, none above `limit` tokens (a table's header counted in).

    Offsets are those of the blocks' texts joined by a blank line.
    """
    offset = 0
    headings: list[tuple[int, str]] = []
    for block, tokens in zip(blocks, maps, strict=True):
        if block.kind is BlockKind.HEADING:
            headings = [heading for heading in headings if heading[0] < block.level]
            headings.append((block.level, one_line(block.text)))
        path = tuple(text for _, text in headings if text)
        yield from _block_pieces(block, tokens, offset, path, limit)
        offset += len(block.text) + 2


def _block_pieces(
    block: Block, tokens: TokenMap, offset: int, path: tuple[str, ...], limit: int
) -> Iterator[Piece]:
    header, header_tokens = _table_header(block, tokens, limit)
    level = block.level if block.kind is BlockKind.HEADING else 0
    introduces = block.kind is BlockKind.PARAGRAPH and block.text.rstrip().endswith((":", "："))
    text_end = len(block.text.rstrip())
    for number, (start, end) in enumerate(_natural_spans(block, tokens, limit)):
        is_header = number == 0 and bool(header)
        for first, last, count in _fitting(block.text, tokens, start, end, limit - header_tokens):
            yield Piece(
                start=offset + first,
                end=offset + last,
                tokens=count,
                anchor=block.anchor,
                page=block.page,
                path=path,
                heading_level=level,
                repeatable=block.kind in _PROSE,
                leads_on=level > 0 or (introduces and last == text_end),
                header="" if is_header else header,
                header_tokens=0 if is_header else header_tokens,
            )


def _table_header(block: Block, tokens: TokenMap, limit: int) -> tuple[str, int]:
    """The header row to repeat; none where it would take more than a third of a chunk."""
    if block.kind is not BlockKind.TABLE:
        return "", 0
    spans = _line_spans(block.text)
    if len(spans) < 2:
        return "", 0
    count = tokens.count(*spans[0])
    if count * 3 > limit:
        return "", 0
    return block.text[slice(*spans[0])], count


def _natural_spans(block: Block, tokens: TokenMap, limit: int) -> list[tuple[int, int]]:
    """Where a chunk may begin or end: around sentences, table rows, or a block of code that fits."""
    match block.kind:
        case BlockKind.TABLE:
            return _line_spans(block.text)
        case BlockKind.CODE if tokens.count(0, len(block.text)) > limit:
            return list(_code_spans(block.text, tokens, limit))
        case BlockKind.CODE | BlockKind.HEADING:
            return _whole(block.text)
        case _:
            return sentence_spans(block.text)


def _whole(text: str) -> list[tuple[int, int]]:
    stripped = text.strip()
    start = len(text) - len(text.lstrip())
    return [(start, start + len(stripped))] if stripped else []


def _code_spans(text: str, tokens: TokenMap, limit: int) -> Iterator[tuple[int, int]]:
    """What stands between blank lines, and the lines of what does not fit."""
    for passage in _UNBROKEN.finditer(text):
        if tokens.count(*passage.span()) <= limit:
            yield passage.span()
        else:
            start = passage.start()
            yield from ((start + first, start + last) for first, last in _line_spans(passage[0]))


def _line_spans(text: str) -> list[tuple[int, int]]:
    """The lines that hold something, their indentation included."""
    return [match.span() for match in _LINE.finditer(text)]


def _fitting(text: str, tokens: TokenMap, start: int, end: int, limit: int) -> Iterator[tuple[int, int, int]]:
    """`start` to `end` cut, at words, into stretches of at most `limit` tokens, with the tokens of each."""
    while start < end:
        count, cut = tokens.count(start, end), end
        if count > limit:
            cut = tokens.prefix_end(start, end, limit)
            count = tokens.count(start, cut)
        if text[start:cut].strip():
            yield start, cut, count
        start = cut
