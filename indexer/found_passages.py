"""Passages that were found, in columns: what both indexes answer, and retrieval goes on with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from indexer.document_keys import DocumentKeys, document_names, numbered


@dataclass(frozen=True, slots=True)
class FoundPassages:
    """Chunk ids and scores (cosines or BM25), both (n,), best first, and the document of each."""

    chunk_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    documents: DocumentKeys

    def where(self, kept: NDArray[np.bool_]) -> Self:
        """Those of them at which `kept`, of shape (n,), is true."""
        return type(self)(self.chunk_ids[kept], self.scores[kept], self.documents[kept])

    def first(self, count: int) -> Self:
        """So many of them."""
        return type(self)(self.chunk_ids[:count], self.scores[:count], self.documents[:count])

    @property
    def document_ids(self) -> list[str]:
        """The document of each: n."""
        return document_names(self.documents)

    @property
    def distinct_documents(self) -> list[str]:
        """Each document once, in the order of ids."""
        return document_names(numbered(self.documents)[0])


NOTHING: Final = FoundPassages(
    np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32), np.empty((0, 2), dtype=np.uint64)
)
