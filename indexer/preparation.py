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
from catalog.documents import PendingDocument
from indexer.chunkers import Chunkers
from indexer.chunking import Chunk
from indexer.embedding.embedder import Embedder, Ids, Vectors
from indexer.embedding.store import EmbeddingStore
from indexer.lexical.texts import PreparedText
from indexer.vectors.backend import VectorBatch


@dataclass(frozen=True, slots=True)
class Chunked:
    """Documents cut into chunks. `missing` has the texts to embed, by key; `waits`: they, or texts that an
    earlier batch is still embedding, must be kept before this batch can be published."""

    pending: tuple[PendingDocument, ...]
    contents: Mapping[str, Sequence[ChunkContent]]  # by document id, others' too; none for a deleted document
    missing: Mapping[bytes, str]
    waits: bool
    bodies: Mapping[str, Mapping[str, PreparedText]]  # by document id and text: those made ready ahead
    tokens: Mapping[str, Ids]  # by text to embed: those made ahead

    @property
    def living(self) -> tuple[Document, ...]:
        """The documents that are not deleted."""
        return tuple(pending.document for pending in self.pending if not pending.deleted)

    @property
    def chunks(self) -> int:
        """How many there are."""
        return sum(len(self.contents[pending.document.id]) for pending in self.pending)


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
    """Chunks documents and keeps embeddings, each of which is made once. One thread calls `chunk`, while
    another calls the rest."""

    def __init__(
        self, catalog: Catalog, embedder: Embedder, store: EmbeddingStore, chunkers: Chunkers
    ) -> None:
        self._catalog: Final = catalog
        self.embedder: Final = embedder
        self._store: Final = store
        self._chunkers: Final = chunkers
        self._under_way: Final[set[bytes]] = set()

    def chunk(self, pending: Sequence[PendingDocument]) -> tuple[Chunked, ...]:
        """Chunk those that are not deleted, and find out which texts have no embedding yet.

        What is wanted `anew` counts as not embedded; what an earlier batch is embedding, as under way. The
        documents that lack nothing are a batch of their own: they need not wait for the model.
        """
        living = [each for each in pending if not each.deleted]
        found = self._chunkers.chunk([each.document for each in living])
        chunked = [each.chunks for each in found]
        bodies = {each.document.id: of.bodies for each, of in zip(living, found, strict=True)}
        tokens = {text: ids for each in found for text, ids in each.tokens.items()}
        contents: dict[str, Sequence[ChunkContent]] = {each.document.id: () for each in pending}
        for each, chunks in zip(living, chunked, strict=True):
            contents[each.document.id] = [self._content(chunk) for chunk in chunks]
        texts = [chunk.embedded_text for chunks in chunked for chunk in chunks]
        anew = [
            chunk.embedded_text
            for each, chunks in zip(living, chunked, strict=True)
            if each.anew
            for chunk in chunks
        ]
        under_way = frozenset(self._under_way)  # before looking: what was kept in between is found there
        lacking = self._store.missing(texts, anew)
        missing = {key: text for key, text in lacking.items() if key not in under_way}
        self._under_way.update(missing)
        ready, waiting = _parted(pending, contents, lacking)
        batches = (
            Chunked(ready, contents, {}, waits=False, bodies=bodies, tokens={}),
            Chunked(waiting, contents, missing, waits=True, bodies=bodies, tokens=tokens),
        )
        return tuple(batch for batch in batches if batch.pending)

    def keep(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep what was embedded. Raises `ModelError` for vectors that are none."""
        self._store.keep(keys, vectors)
        self._under_way.difference_update(keys)

    def forget(self) -> None:
        """Whatever is under way will not be kept: `chunk` is to find it missing again."""
        self._under_way.clear()

    def changes(self, chunked: Chunked) -> dict[str, ChunkChanges]:
        """What the batch changes in the catalog, by document id."""
        with self._catalog.read() as connection:
            stored = chunks_of_documents(connection, [each.document.id for each in chunked.pending])
        return {
            each.document.id: chunk_changes(
                each.document.id,
                each.document.version,
                stored.get(each.document.id, ()),
                chunked.contents[each.document.id],
                keep=not each.anew,
            )
            for each in chunked.pending
        }

    def record(self, documents: Sequence[Document], changes: Mapping[str, ChunkChanges]) -> tuple[Entry, ...]:
        """Write the changes to the catalog; `documents` with their chunks and ids."""
        with self._catalog.write() as connection:
            apply_changes(connection, changes.values())
        with self._catalog.read() as connection:
            stored = chunks_of_documents(connection, [document.id for document in documents])
        return tuple(Entry(document, stored.get(document.id, ())) for document in documents)

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


def _parted(
    pending: Sequence[PendingDocument],
    contents: Mapping[str, Sequence[ChunkContent]],
    lacking: Collection[bytes],
) -> tuple[tuple[PendingDocument, ...], tuple[PendingDocument, ...]]:
    """The documents all of whose embeddings are kept, and the others."""
    ready: list[PendingDocument] = []
    waiting: list[PendingDocument] = []
    for each in pending:
        keys = (content.embedding_key for content in contents[each.document.id])
        (waiting if any(key in lacking for key in keys) else ready).append(each)
    return tuple(ready), tuple(waiting)
