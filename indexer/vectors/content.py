"""What a new segment is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.document_keys import DocumentKeys, document_keys
from indexer.vectors.backend import VectorBatch


@dataclass(frozen=True, slots=True)
class SegmentContent:
    """Chunk ids (n,), documents, access ids (n,), and a way to get at the vectors
    of some rows, so that never all of them are in memory. `steps` are the largest of the codes (see
    `steps_of`) that vectors come from, if any do."""

    chunk_ids: NDArray[np.int64]
    documents: DocumentKeys
    access_ids: NDArray[np.uint32]
    dimension: int
    vectors: Callable[[NDArray[np.intp]], NDArray[np.float16]]
    steps: NDArray[np.float32] | None = None


def batch_content(batch: VectorBatch) -> SegmentContent:
    """A batch as the content of a segment."""
    return SegmentContent(
        batch.chunk_ids,
        document_keys(batch.document_ids),
        batch.access_ids,
        batch.vectors.shape[1],
        lambda rows: batch.vectors[rows],
    )
