"""Pieces packed into chunks: never across a top heading, evenly filled, whole sentences repeated."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from tokenizers import Tokenizer

from catalog.document import Document
from indexer.chunking.pieces import Piece, document_pieces
from indexer.chunking.prefix import Context
from indexer.chunking.tokens import TokenMap, token_maps

SECTION_LEVEL: Final = 2
"""Headings up to this level always begin a chunk."""
RESERVE: Final = 6
"""Tokens of the window left free: the two special ones, and words that encode differently side by side."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage. `start` and `end` are character offsets in the document's text (its blocks joined by
    blank lines); `text` is that stretch, after a table's header row where it begins inside a table.
    `embedded_text` is what the model reads: title, heading path, text."""

    ordinal: int
    text: str
    heading_path: tuple[str, ...]
    anchor: str | None
    page: int | None
    start: int
    end: int
    embedded_text: str


@dataclass(frozen=True, slots=True)
class Chunking:
    """Sizes in tokens: of a chunk's own text, of what it repeats of its neighbour, of the model's window."""

    tokens: int = 200
    overlap: int = 30
    window: int = 256

    @property
    def prefix(self) -> int:
        """What title and heading path may take."""
        return self.window // 5

    @property
    def text(self) -> int:
        """What a chunk's text may take, so that it fits the window together with its prefix."""
        return max(1, min(self.tokens, self.window - self.prefix - RESERVE))


def chunk_document(
    document: Document, tokenizer: Tokenizer, tokens: int = 200, overlap: int = 30, window: int = 256
) -> tuple[Chunk, ...]:
    """The chunks of one document; see `chunk_documents`."""
    return chunk_documents([document], tokenizer, Chunking(tokens, overlap, window))[0]


def chunk_documents(
    documents: Sequence[Document], tokenizer: Tokenizer, chunking: Chunking
) -> list[tuple[Chunk, ...]]:
    """The chunks of each document, in reading order; together they hold all of its text.

    `tokenizer` must not cut (`counting_tokenizer`); it sees all texts at once, and each once.
    """
    texts = [text for document in documents for text in (document.title, *_texts(document))]
    maps = iter(token_maps(tokenizer, texts))
    return [
        _chunks(document, next(maps), [next(maps) for _ in document.blocks], chunking)
        for document in documents
    ]


def _texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def _chunks(
    document: Document, title: TokenMap, maps: Sequence[TokenMap], chunking: Chunking
) -> tuple[Chunk, ...]:
    text = "\n\n".join(_texts(document))
    context = Context.of(document, title, maps)
    pieces = document_pieces(document.blocks, maps, chunking.text)
    groups = [group for section in _sections(pieces) for group in _packed(section, chunking)]
    return tuple(
        _chunk(ordinal, group, text, context, chunking.prefix) for ordinal, group in enumerate(groups)
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """The pieces of one chunk; the first `repeated` of them end the chunk before, too."""

    pieces: tuple[Piece, ...]
    repeated: int = 0

    @property
    def first_told(self) -> Piece:
        """The piece that says where the chunk stands: its first new one that is no heading."""
        new = self.pieces[self.repeated :]
        return next((piece for piece in new if not piece.heading_level), new[-1])

    @property
    def opening_headings(self) -> frozenset[str]:
        """The headings with which the text begins."""
        opening = takewhile(lambda piece: piece.heading_level, self.pieces)
        return frozenset(piece.path[-1] for piece in opening if piece.path)


def _chunk(ordinal: int, group: _Group, text: str, context: Context, prefix_limit: int) -> Chunk:
    first, last, told = group.pieces[0], group.pieces[-1], group.first_told
    own = text[first.start : last.end]
    if first.header:
        own = f"{first.header}\n{own}"
    spoken = group.opening_headings
    prefix = context.prefix((heading for heading in told.path if heading not in spoken), prefix_limit)
    return Chunk(
        ordinal=ordinal,
        text=own,
        heading_path=told.path,
        anchor=told.anchor,
        page=told.page,
        start=first.start,
        end=last.end,
        embedded_text=own if own.startswith(prefix) else f"{prefix}\n{own}",
    )


def _sections(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Runs of pieces under one heading of level 1-2; a heading without text of its own joins the deeper
    one below it."""
    section: list[Piece] = []
    for piece in pieces:
        if section and 0 < piece.heading_level <= SECTION_LEVEL and not _goes_on(section[-1], piece):
            yield section
            section = []
        section.append(piece)
    if section:
        yield section


def _goes_on(before: Piece, heading: Piece) -> bool:
    """Whether a top heading directly follows the one above it, or is the rest of a very long one."""
    return bool(before.heading_level) and before.path in (heading.path[:-1], heading.path)


def _packed(section: Sequence[Piece], chunking: Chunking) -> Iterator[_Group]:
    """A section in chunks of about equal size: three of 140 tokens rather than two of 200 and a rest."""
    limit = chunking.text
    target = _even_size(sum(piece.tokens for piece in section), limit, chunking.overlap)
    filling = _Filling()
    for piece in section:
        if filling.is_full(piece, limit, target):
            told, leading = _leading_on(filling.group, limit - piece.tokens)
            yield told
            filling = _Filling(leading if leading.pieces else _carried(filling.group, piece, chunking))
        filling.add(piece)
    yield filling.group


class _Filling:
    """A chunk in the making: its size, the header that it begins with included, and what of it is new."""

    def __init__(self, begun: _Group | None = None) -> None:
        self._pieces: list[Piece] = []
        self._repeated = begun.repeated if begun else 0
        self._size = self._new = 0
        self._has_text = False
        for piece in begun.pieces if begun else ():
            self.add(piece)

    @property
    def group(self) -> _Group:
        return _Group(tuple(self._pieces), self._repeated)

    def add(self, piece: Piece) -> None:
        self._size += piece.tokens if self._pieces else piece.tokens + piece.header_tokens
        if len(self._pieces) >= self._repeated:
            self._new += piece.tokens
        self._has_text = self._has_text or not piece.heading_level
        self._pieces.append(piece)

    def is_full(self, piece: Piece, limit: int, target: int) -> bool:
        """Whether `piece` begins a new chunk: where it does not fit, and where enough is told already."""
        if not self._pieces:
            return False
        if self._size + piece.tokens > limit:
            return True
        if not self._has_text:
            return False
        return self._new >= target or (bool(piece.heading_level) and 2 * self._new >= target)


def _even_size(total: int, limit: int, overlap: int) -> int:
    """How many new tokens each chunk of a section should bring, so that the repeated ones fit beside them."""
    if total <= limit:
        return total
    return math.ceil(total / math.ceil(total / max(1, limit - overlap)))


def _leading_on(group: _Group, room: int) -> tuple[_Group, _Group]:
    """A chunk without the headings and introductions at its end, and those: they belong to what follows,
    where they fit."""
    leading = tuple(takewhile(lambda piece: piece.leads_on, reversed(group.pieces)))[::-1]
    rest = len(group.pieces) - len(leading)
    if rest <= group.repeated or _size(leading) > room:
        return group, _Group(())
    return _Group(group.pieces[:rest], group.repeated), _Group(leading)


def _size(pieces: Sequence[Piece]) -> int:
    return sum(piece.tokens for piece in pieces) + (pieces[0].header_tokens if pieces else 0)


def _carried(group: _Group, piece: Piece, chunking: Chunking) -> _Group:
    """What a chunk that begins with `piece` repeats: the last sentences of `group`, as many as fit."""
    if piece.heading_level:
        return _Group(())
    carried: list[Piece] = []
    room = min(chunking.overlap, chunking.text - piece.tokens)
    for before in reversed(group.pieces[1:]):
        room -= before.tokens
        if room < 0 or not before.repeatable:
            break
        carried.insert(0, before)
    return _Group(tuple(carried), len(carried))
