"""One segment: immutable vectors, chunk and document ids, and the mutable access id of each row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary import NOBODY
from indexer.vectors.manifest import SegmentEntry

ROWS: Final = "rows.npy"
DOCUMENTS: Final = "documents.npy"
ACCESS: Final = "access.u32"

SegmentFound = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores (queries, k), falling, and chunk ids: k is the limit, or fewer where fewer rows are allowed."""


def segments_folder(directory: Path) -> Path:
    """Where the segments of an index lie."""
    return directory / "segments"


def document_words(document_ids: Collection[str]) -> NDArray[np.uint64]:
    """Document ids as pairs of 64-bit numbers: shape (n, 2)."""
    return np.frombuffer(bytes.fromhex("".join(document_ids)), dtype=">u8").reshape(-1, 2).astype(np.uint64)


def document_name(words: NDArray[np.uint64]) -> str:
    """The document id behind one pair of numbers."""
    return f"{int(words[0]):016x}{int(words[1]):016x}"


class Segment(ABC):
    """An open segment. Its files are mapped into memory and stay usable after they were deleted."""

    def __init__(self, folder: Path, entry: SegmentEntry, *, writable: bool = False) -> None:
        """Map the files; see `open_segment`, which checks them, too."""
        self.folder: Final = folder
        self.entry: Final = entry
        self.chunk_ids: Final[NDArray[np.int64]] = np.load(folder / ROWS, mmap_mode="r")
        self.documents: Final[NDArray[np.uint64]] = np.load(folder / DOCUMENTS, mmap_mode="r")
        self.access: Final = np.memmap(
            folder / ACCESS, dtype="<u4", mode="r+" if writable else "r", shape=(entry.rows,)
        )

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Of the vectors."""

    @abstractmethod
    def search(self, queries: NDArray[np.float32], table: NDArray[np.bool_], limit: int) -> SegmentFound:
        """The best rows whose access id `table` (access id → allowed) allows.

        Ids beyond the table are not allowed: its last place must be False.
        """

    @abstractmethod
    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float16]:
        """The vectors of some rows, as well as they are known: shape (n, dimension)."""

    @abstractmethod
    def touch(self) -> None:
        """Map what a search reads, so that the first one does not wait for each page."""

    def allowed_rows(self, table: NDArray[np.bool_]) -> NDArray[np.int64]:
        """All rows that `table` allows."""
        return np.flatnonzero(np.take(table, self.access, mode="clip"))

    def rows_of(self, wanted: NDArray[np.uint64]) -> NDArray[np.intp]:
        """The live rows of documents (see `document_words`; at least one)."""
        order, halves = self._by_document
        sought = np.unique(wanted[:, 0])
        starts, ends = np.searchsorted(halves, sought), np.searchsorted(halves, sought, side="right")
        candidates = np.sort(
            np.concatenate([order[start:end] for start, end in zip(starts, ends, strict=True)])
        )
        known = {(int(high), int(low)) for high, low in wanted}
        return np.array(
            [
                row
                for row in candidates
                if self.access[row] != NOBODY
                and (int(self.documents[row, 0]), int(self.documents[row, 1])) in known
            ],
            dtype=np.intp,
        )

    @cached_property
    def _by_document(self) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
        """The rows in the order of the first half of their documents' ids, and those halves: 16 bytes a
        row, only where documents are looked for (a writer)."""
        order = np.argsort(self.documents[:, 0], kind="stable")
        return order, np.ascontiguousarray(self.documents[order, 0])

    @property
    def live(self) -> int:
        """How many rows are no tombstones."""
        return int(np.count_nonzero(self.access))


def best(scores: NDArray[np.float32], chunk_ids: NDArray[np.int64], limit: int) -> SegmentFound:
    """The `limit` best of each line, best first."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(chunk_ids, order, axis=1)


def touch_pages(array: NDArray[np.generic]) -> None:
    """Read a byte of each page of a contiguous array."""
    array.reshape(-1).view(np.uint8)[::4096].max(initial=0)
