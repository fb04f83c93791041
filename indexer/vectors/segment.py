"""One segment: immutable vectors, chunk and document ids, and the mutable access id of each row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary import NOBODY
from indexer.document_keys import DocumentKeys
from indexer.vectors.manifest import SegmentEntry

ROWS: Final = "rows.npy"
DOCUMENTS: Final = "documents.npy"
DOCUMENT_NUMBERS: Final = "document_numbers.npy"
"""Which of `DOCUMENTS` each row belongs to."""
ACCESS: Final = "access.u32"

SegmentFound = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores (queries, k), falling, and rows: k is the limit, or fewer where fewer rows are allowed."""


def segments_folder(directory: Path) -> Path:
    """Where the segments of an index lie."""
    return directory / "segments"


class Segment(ABC):
    """An open segment. Its files are mapped into memory and stay usable after they were deleted."""

    def __init__(self, folder: Path, entry: SegmentEntry, *, writable: bool = False) -> None:
        """Map the files; see `open_segment`, which checks them, too."""
        self.folder: Final = folder
        self.entry: Final = entry
        self.chunk_ids: Final[NDArray[np.int64]] = np.load(folder / ROWS, mmap_mode="r")
        self._documents: Final[DocumentKeys] = np.load(folder / DOCUMENTS, mmap_mode="r")
        self._numbers: Final[NDArray[np.uint32]] = np.load(folder / DOCUMENT_NUMBERS, mmap_mode="r")
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

    def documents(self, rows: NDArray[np.intp]) -> DocumentKeys:
        """The documents of some rows."""
        found: DocumentKeys = self._documents[self._numbers[rows]]
        return found

    def rows_of(self, wanted: DocumentKeys) -> NDArray[np.intp]:
        """The live rows of documents, ascending."""
        order, starts = self._by_document
        rows = [order[starts[number] : starts[number + 1]] for number in self._numbers_of(wanted)]
        found = np.sort(np.concatenate([np.empty(0, dtype=np.intp), *rows]))
        live: NDArray[np.intp] = found[self.access[found] != NOBODY]
        return live

    def _numbers_of(self, wanted: DocumentKeys) -> list[int]:
        """The numbers of those documents that have rows here."""
        halves = self._documents[:, 0]
        firsts, lasts = np.searchsorted(halves, wanted[:, 0]), np.searchsorted(halves, wanted[:, 0], "right")
        return [
            number
            for low, first, last in zip(wanted[:, 1], firsts, lasts, strict=True)
            for number in range(first, last)
            if self._documents[number, 1] == low
        ]

    @cached_property
    def _by_document(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The rows in the order of their documents, and where those of each begin: 8 bytes a row, only where
        documents are looked for (a writer)."""
        order = np.argsort(self._numbers, kind="stable")
        counts = np.bincount(self._numbers, minlength=len(self._documents))
        return order, np.concatenate([[0], np.cumsum(counts)])

    @property
    def live(self) -> int:
        """How many rows are no tombstones."""
        return int(np.count_nonzero(self.access))


def best(scores: NDArray[np.float32], ids: NDArray[np.int64], limit: int) -> SegmentFound:
    """The `limit` best of each line, best first."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(ids, order, axis=1)


def touch_pages(array: NDArray[np.generic]) -> None:
    """Read a byte of each page of a contiguous array."""
    array.reshape(-1).view(np.uint8)[::4096].max(initial=0)
