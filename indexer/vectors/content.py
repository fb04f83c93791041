"""What a new segment is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.vectors.backend import VectorBatch
from indexer.vectors.segment import document_words


@dataclass(frozen=True, slots=True)
class SegmentContent:
    """Chunk ids (n,), documents (n, 2) as `document_words`, access ids (n,), and a way to get at the vectors
    of some rows, so that never all of them are in memory. `steps` are the largest of the codes (see
    `steps_of`) that vectors come from, if any do."""

    chunk_ids: NDArray[np.int64]
    documents: NDArray[np.uint64]
    access_ids: NDArray[np.uint32]
    dimension: int
    vectors: Callable[[NDArray[np.intp]], NDArray[np.float16]]
    steps: NDArray[np.float32] | None = None


def batch_content(batch: VectorBatch) -> SegmentContent:
    """A batch as the content of a segment."""
    return SegmentContent(
        batch.chunk_ids,
        document_words(batch.document_ids),
        batch.access_ids,
        batch.vectors.shape[1],
        lambda rows: batch.vectors[rows],
    )
