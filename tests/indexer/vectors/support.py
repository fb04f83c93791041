"""Random vectors and the plain way to search them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from indexer.vectors.backend import VectorBatch

DIMENSION = 8


def name(number: int) -> str:
    """A document id."""
    return f"{number:032x}"


def make_batch(
    chunk_ids: Iterable[int], documents: Iterable[int], access_ids: Iterable[int], seed: int = 0
) -> VectorBatch:
    ids = np.fromiter(chunk_ids, dtype=np.int64)
    vectors = np.random.default_rng(seed).standard_normal((len(ids), DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return VectorBatch(
        chunk_ids=ids,
        document_ids=tuple(name(number) for number in documents),
        access_ids=np.fromiter(access_ids, dtype=np.uint32),
        vectors=vectors.astype(np.float16),
    )


def simple_batch(first: int, count: int, access_id: int = 1) -> VectorBatch:
    """Chunks `first`, `first` + 1, …, each of a document of the same number."""
    numbers = range(first, first + count)
    return make_batch(numbers, numbers, [access_id] * count, seed=first)


def queries(count: int, seed: int = 99, dimension: int = DIMENSION) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def best_scores(
    batches: Iterable[VectorBatch], allowed: Collection[int], vectors: NDArray[np.float32], limit: int
) -> NDArray[np.float32]:
    """The `limit` highest scores among the allowed rows, by brute force."""
    rows = [
        vector
        for batch in batches
        for vector, access_id in zip(batch.vectors, batch.access_ids, strict=True)
        if int(access_id) in allowed
    ]
    if not rows:
        return np.empty((len(vectors), 0), dtype=np.float32)
    scores = vectors @ np.array(rows, dtype=np.float32).T
    found: NDArray[np.float32] = -np.sort(-scores, axis=1)[:, :limit]
    return found
