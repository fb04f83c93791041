"""The half of indexing that needs no index: chunk documents, embed what has no embedding, record both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from catalog.chunks import (
    ChunkChanges,
    ChunkContent,
    StoredChunk,
    apply_changes,
    chunk_changes,
    chunks_of_documents,
)
from catalog.database import Catalog
from catalog.document import Document
from indexer.chunking import Chunk, Chunking, chunk_documents
from indexer.embedding.embedder import Embedder
from indexer.embedding.store import EmbeddingStore
from indexer.vectors.backend import VectorBatch


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents whose chunks are embedded, and what that changes in the catalog."""

    documents: tuple[Document, ...]
    changes: Mapping[str, ChunkChanges]  # by document id; those of deleted documents, too
    chunks: int
    embedded: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A document and its chunks as the catalog now has them."""

    document: Document
    chunks: tuple[StoredChunk, ...]

    @property
    def passages(self) -> list[tuple[int, ChunkContent]]:
        """The chunks with their ids, as the lexical index takes them."""
        return [(chunk.id, chunk.content) for chunk in self.chunks]


class Preparer:
    """Chunks and embeds documents; every embedding is made once."""

    def __init__(
        self, catalog: Catalog, embedder: Embedder, store: EmbeddingStore, chunking: Chunking
    ) -> None:
        self._catalog: Final = catalog
        self.embedder: Final = embedder
        self._store: Final = store
        self._chunking: Final = chunking

    def prepare(
        self, documents: Sequence[Document], gone: Collection[str] = (), anew: Collection[str] = ()
    ) -> Prepared:
        """Chunk and embed `documents`, and work out what changes for them and for the ids `gone`.

        Those of the ids `anew` are embedded whether or not they were before, and all their rows replaced.
        """
        chunked = chunk_documents(documents, self.embedder.tokenizer, self._chunking)
        texts = [chunk.embedded_text for chunks in chunked for chunk in chunks]
        again = [
            chunk.embedded_text
            for document, chunks in zip(documents, chunked, strict=True)
            if document.id in anew
            for chunk in chunks
        ]
        embedded = self._store.ensure(texts, again)
        wanted: dict[str, list[ChunkContent]] = {document_id: [] for document_id in gone}
        versions = {document.id: document.version for document in documents}
        for document, chunks in zip(documents, chunked, strict=True):
            wanted[document.id] = [self._content(chunk) for chunk in chunks]
        with self._catalog.read() as connection:
            stored = chunks_of_documents(connection, wanted)
        changes = {
            document_id: chunk_changes(
                document_id,
                versions.get(document_id, 0),
                stored.get(document_id, ()),
                contents,
                keep=document_id not in anew,
            )
            for document_id, contents in wanted.items()
        }
        return Prepared(tuple(documents), changes, len(texts), embedded)

    def record(self, prepared: Prepared) -> tuple[Entry, ...]:
        """Write the changes to the catalog; the living documents with their chunks and ids."""
        with self._catalog.write() as connection:
            apply_changes(connection, prepared.changes.values())
        with self._catalog.read() as connection:
            stored = chunks_of_documents(connection, [document.id for document in prepared.documents])
        return tuple(Entry(document, stored.get(document.id, ())) for document in prepared.documents)

    def vectors(self, rows: Sequence[tuple[Document, StoredChunk]]) -> VectorBatch:
        """The rows of these chunks for the vector index."""
        vectors = self._store.read([chunk.content.embedding_key for _, chunk in rows])
        return VectorBatch(
            chunk_ids=np.array([chunk.id for _, chunk in rows], dtype=np.int64),
            document_ids=tuple(document.id for document, _ in rows),
            access_ids=np.array([document.access_id for document, _ in rows], dtype=np.uint32),
            vectors=vectors,
        )

    def _content(self, chunk: Chunk) -> ChunkContent:
        return ChunkContent(
            text=chunk.text,
            heading_path=chunk.heading_path,
            anchor=chunk.anchor,
            page=chunk.page,
            start=chunk.start,
            end=chunk.end,
            embedding_key=self._store.key(chunk.embedded_text),
        )
