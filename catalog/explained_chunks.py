"""The chunks of a document as people look at them: where each begins, and whether it is embedded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from catalog.tables import chunks, embeddings

MOST_CHUNKS: Final = 1_000
_SHOWN_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class ExplainedChunk:
    """A chunk: `text` is its beginning, `start` and `end` are characters in the document's text."""

    ordinal: int
    heading: str
    text: str
    start: int
    end: int
    page: int | None
    embedded: bool


def explained_chunks(connection: Connection, document_id: str) -> tuple[ExplainedChunk, ...]:
    """The first thousand chunks of a document, in reading order."""
    statement = (
        select(
            chunks.c.ordinal,
            chunks.c.heading_path,
            chunks.c.text,
            chunks.c.start,
            chunks.c.end,
            chunks.c.page,
            embeddings.c.key,
        )
        .outerjoin(embeddings, embeddings.c.key == chunks.c.embedding_key)
        .where(chunks.c.document_id == document_id, chunks.c.ordinal >= 0)
        .order_by(chunks.c.ordinal)
        .limit(MOST_CHUNKS)
    )
    return tuple(
        ExplainedChunk(
            ordinal,
            " › ".join(path),
            " ".join(text[: 2 * _SHOWN_CHARACTERS].split())[:_SHOWN_CHARACTERS],
            start,
            end,
            page,
            key is not None,
        )
        for ordinal, path, text, start, end, page, key in connection.execute(statement)
    )
