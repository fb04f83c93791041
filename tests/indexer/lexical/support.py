"""Small documents written to a lexical index, and questions asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tantivy import Query

from catalog.document import Block, BlockKind, Document, DocumentKind, FieldValue
from indexer.lexical.phrases import wording
from indexer.lexical.queries import access_condition, passage_query, restricted
from indexer.lexical.query_text import parse_query_text
from indexer.lexical.reader import LexicalReader, LexicalSnapshot
from indexer.lexical.terms import analyse

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Text:
    """A passage."""

    text: str
    heading_path: tuple[str, ...] = ()
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def document(
    number: int,
    text: str,
    *,
    title: str = "",
    access_id: int = 1,
    language: str | None = "en",
    fields: dict[str, FieldValue] | None = None,
) -> Document:
    """A document of one paragraph."""
    blocks = (Block(BlockKind.PARAGRAPH, text),)
    url = f"https://i.example/{number}"
    return Document(
        f"{number:032x}",
        "wiki",
        url,
        DocumentKind.PAGE,
        1,
        title,
        language,
        fields or {},
        blocks,
        access_id,
        NOON,
    )


def snapshot(folder: Path) -> LexicalSnapshot:
    """What is committed."""
    opened = LexicalReader.open(folder).snapshot
    assert opened is not None
    return opened


def ask(opened: LexicalSnapshot, text: str, allowed: set[int] | None = None) -> list[int]:
    """Chunk ids, best first."""
    schema = opened.passages_schema
    query = passage_query(schema, analyse(parse_query_text(text), opened.languages))
    found = opened.passages(restricted(query, [access_condition(schema, allowed or {1})]), 10)
    return [int(chunk) for chunk in found.chunk_ids]


def holding(opened: LexicalSnapshot, phrase: str) -> list[int]:
    """The documents that hold a phrase, in the order of their numbers."""
    found = wording(opened, phrase, {1})
    assert found is not None
    return sorted(int(name, 16) for name in opened.documents(found.in_documents, 10).document_ids)


def places(snapshot: LexicalSnapshot) -> dict[int, str]:
    """All chunks of an index of at most 100, and their documents."""
    found = snapshot.passages(Query.all_query(), 100)
    return dict(zip(found.chunk_ids.tolist(), found.document_ids, strict=True))
