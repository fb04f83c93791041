"""What a vector index offers, whichever engine holds the vectors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = Mapping[int, int]
"""Chunk id → access id."""
Found = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores (cosines, falling) and chunk ids, both (queries, k): k is `limit`, or fewer where fewer rows are
allowed."""


class VectorIndexError(Exception):
    """The vector index cannot be read or written; the message says what was seen and what to do."""


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """New rows: `chunk_ids` int64 (n,), `document_ids` n of 32 hex digits, `access_ids` uint32 (n,),
    `vectors` float16 (n, dimension) of length 1."""

    chunk_ids: NDArray[np.int64]
    document_ids: tuple[str, ...]
    access_ids: NDArray[np.uint32]
    vectors: NDArray[np.float16]


class VectorStore(Protocol):
    """The writing side; one process at a time."""

    def live_rows(self, document_ids: Collection[str]) -> Mapping[str, Rows]:
        """The rows of these documents that can be found, by document."""

    def set_access(self, changes: Mapping[str, Rows]) -> None:
        """Give live rows (document → chunk → access id) another access id, at once for every reader.

        `NOBODY` removes a row for good.
        """

    def append(self, batch: VectorBatch) -> None:
        """Add rows: durable and published to readers when this returns."""

    def merge(self) -> bool:
        """Put small segments together if it is time; whether anything was done."""

    def close(self) -> None:
        """Let go of the files."""
