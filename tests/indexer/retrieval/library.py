"""A small real library for tests: a catalog, its lexical index, and vectors by a toy model."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, insert, update

from catalog.access import intern
from catalog.content import pack_blocks, pack_fields
from catalog.database import open_catalog
from catalog.document import Block, BlockKind, FieldValue
from catalog.documents import read_documents
from catalog.tables import chunks, documents
from indexer.document_keys import document_keys
from indexer.found_passages import FoundPassages
from indexer.lexical.query_text import parse_query_text
from indexer.lexical.reader import LexicalReader
from indexer.lexical.writer import LexicalWriter
from indexer.retrieval.dense import DenseHalf
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.reranking import Reranker
from indexer.retrieval.retriever import Retriever
from indexer.retrieval.tuning import FixedTuning, RankingTuning, Tuning
from settings.fields import BUILT_IN_FIELDS, FieldSettings, FieldType
from tests.catalog.rows import NOON, add_document

DIMENSION = 16
FIELDS: Mapping[str, FieldSettings] = {
    **BUILT_IN_FIELDS,
    "department": FieldSettings(type=FieldType.STRING, facet=True, search=True),
    "tags": FieldSettings(type=FieldType.STRING_LIST, facet=True),
    "price": FieldSettings(type=FieldType.DOUBLE, sort=True),
    "current": FieldSettings(type=FieldType.BOOLEAN),
}


class ToyEmbedder:
    """Texts that share words lie near each other: each word adds its own fixed random direction."""

    model_key = "toy"

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        total = np.full(DIMENSION, 1e-3, np.float32)
        for word in parse_query_text(text).words:
            seed = int.from_bytes(hashlib.blake2b(word.lower().encode(), digest_size=4).digest(), "big")
            total += np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
        return total / np.float32(np.linalg.norm(total))

    def embed_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.array([self.embed_query(text) for text in texts])


class Row(NamedTuple):
    """A passage's vector."""

    access_id: int
    document_id: str
    vector: npt.NDArray[np.float32]


class MemoryVectors:
    """Exact search over rows in memory, filtered by access id."""

    def __init__(self) -> None:
        self.held: dict[int, Row] = {}

    def nearest(self, vector: npt.NDArray[np.float32], allowed: Collection[int], limit: int) -> FoundPassages:
        found = [
            (float(row.vector @ vector), chunk, row.document_id)
            for chunk, row in self.held.items()
            if row.access_id in allowed
        ]
        best = sorted(found, key=lambda each: -each[0])[:limit]
        return FoundPassages(
            np.array([chunk for _, chunk, _ in best], dtype=np.int64),
            np.array([cosine for cosine, _, _ in best], dtype=np.float32),
            document_keys([document_id for _, _, document_id in best]),
        )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.held)

    def refresh(self) -> None:
        """Rows are shared with the writer: always fresh."""


@dataclass(frozen=True, slots=True)
class Part:
    """One chunk of a document: its text under its headings."""

    text: str
    headings: tuple[str, ...] = ()


class Library:
    """Documents go in by `add`, `publish` makes them findable, `retriever` asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog = open_catalog(f"sqlite:///{folder / 'catalog.db'}", folder)
        self.vectors = MemoryVectors()
        self.embedder = ToyEmbedder()
        self._writer = LexicalWriter(folder / "lexical", FIELDS)

    def add(
        self,
        url: str,
        *parts: str | Part,
        title: str = "",
        allow: Sequence[str] = ("everyone",),
        deny: Sequence[str] = (),
        fields: Mapping[str, FieldValue] | None = None,
        language: str = "en",
        fetched_at: datetime = NOON,
    ) -> str:
        """Put a document and one chunk per part into the catalog and both indexes; returns its id."""
        told = [part if isinstance(part, Part) else Part(part) for part in parts]
        with self.catalog.write() as connection:
            access_id = intern(connection, allow, deny)
            document_id = add_document(
                connection,
                url,
                title=title or f"Page {url}",
                access_id=access_id,
                fields=pack_fields(fields or {}),
                content=pack_blocks(Block(BlockKind.PARAGRAPH, part.text) for part in told),
                language=language,
                fetched_at=fetched_at,
            )
            ids = [self._add_chunk(connection, document_id, n, part) for n, part in enumerate(told)]
            document = read_documents(connection, [document_id])[document_id]
        for chunk_id, part in zip(ids, told, strict=True):
            self.vectors.held[chunk_id] = Row(access_id, document_id, self.embedder.embed_query(part.text))
        self._writer.replace(document, [(n, _Text(p)) for n, p in zip(ids, told, strict=True)])
        return document_id

    def _add_chunk(self, connection: Any, document_id: str, ordinal: int, part: Part) -> int:
        row = {
            "document_id": document_id,
            "version": 1,
            "ordinal": ordinal,
            "text": part.text,
            "heading_path": list(part.headings),
            "anchor": f"part-{ordinal}",
            "start": 0,
            "end": len(part.text),
            "embedding_key": bytes(16),
        }
        return int(connection.execute(insert(chunks).values(row)).inserted_primary_key[0])

    def remove_from_catalog(self, document_id: str) -> None:
        """Delete a document behind the indexes' back."""
        with self.catalog.write() as connection:
            connection.execute(update(documents).where(documents.c.id == document_id).values(deleted_at=NOON))

    def remove_chunks(self, document_id: str) -> None:
        """Take a document's chunks out of the catalog behind the indexes' back."""
        with self.catalog.write() as connection:
            connection.execute(delete(chunks).where(chunks.c.document_id == document_id))

    def give_access(self, document_id: str, allow: Sequence[str]) -> None:
        """Change who may read a document behind the indexes' back."""
        with self.catalog.write() as connection:
            access_id = intern(connection, allow, ())
            connection.execute(
                update(documents).where(documents.c.id == document_id).values(access_id=access_id)
            )

    def remove_from_indexes(self, document_id: str) -> None:
        """Take a document out of both indexes."""
        self._writer.remove([document_id])
        rows = self.vectors.held.items()
        self.vectors.held = {chunk: row for chunk, row in rows if row.document_id != document_id}

    def publish(self) -> None:
        """Make everything so far visible to readers that refresh."""
        self._writer.commit()

    def retriever(
        self,
        weights: FusionWeights | None = None,
        reranker: Reranker | None = None,
        tuning: Tuning | RankingTuning | None = None,
    ) -> Retriever:
        """Publish, and a retriever over everything."""
        self.publish()
        dense = DenseHalf(lambda: self.embedder, lambda _key: self.vectors)
        lexical = LexicalReader.open(self.folder / "lexical")
        ranking = FixedTuning(tuning or Tuning()) if isinstance(tuning, Tuning | None) else tuning
        return Retriever(
            self.catalog,
            lexical,
            dense,
            weights or FusionWeights(),
            reranker,
            tuning=ranking,
            clock=lambda: NOON,
        )

    def close(self) -> None:
        """Let go of every file."""
        self._writer.close()
        self.catalog.close()


@dataclass(frozen=True, slots=True)
class _Text:
    part: Part

    @property
    def text(self) -> str:
        return self.part.text

    @property
    def heading_path(self) -> tuple[str, ...]:
        return self.part.headings

    @property
    def start(self) -> int:
        return 0

    @property
    def end(self) -> int:
        return len(self.text)
