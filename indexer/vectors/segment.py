"""One segment: immutable vectors, chunk and document ids, and the mutable access id of each row."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from catalog.durable import make_durably, sync_file, sync_folder
from catalog.vocabulary import NOBODY
from indexer.vectors.backend import VectorBatch, VectorIndexError
from indexer.vectors.files import checksum, save_array
from indexer.vectors.manifest import FileEntry, SegmentEntry

VECTORS: Final = "vectors.faiss"
ROWS: Final = "rows.npy"
DOCUMENTS: Final = "documents.npy"
ACCESS: Final = "access.u32"
SLICE_ROWS: Final = 16_384
"""Vectors converted at a time."""
_GATHER_SHARE: Final = 0.02
"""Below this share of allowed rows gathering them is faster than a scan that skips the others."""


def segments_folder(directory: Path) -> Path:
    """Where the segments of an index lie."""
    return directory / "segments"


def document_words(document_ids: Collection[str]) -> NDArray[np.uint64]:
    """Document ids as pairs of 64-bit numbers: shape (n, 2)."""
    return np.frombuffer(bytes.fromhex("".join(document_ids)), dtype=">u8").reshape(-1, 2).astype(np.uint64)


def document_name(words: NDArray[np.uint64]) -> str:
    """The document id behind one pair of numbers."""
    return f"{int(words[0]):016x}{int(words[1]):016x}"


@dataclass(frozen=True, slots=True)
class SegmentContent:
    """What a new segment is made of: chunk ids (n,), documents (n, 2) as `document_words`, access ids (n,),
    and the vectors in slices of some rows each, so that never all of them are in memory as float32."""

    chunk_ids: NDArray[np.int64]
    documents: NDArray[np.uint64]
    access_ids: NDArray[np.uint32]
    dimension: int
    slices: Iterable[NDArray[np.float16]]


def batch_content(batch: VectorBatch) -> SegmentContent:
    """A batch as the content of a segment."""
    count, dimension = batch.vectors.shape
    slices = (batch.vectors[start : start + SLICE_ROWS] for start in range(0, count, SLICE_ROWS))
    return SegmentContent(
        batch.chunk_ids, document_words(batch.document_ids), batch.access_ids, dimension, slices
    )


def write_segment(directory: Path, content: SegmentContent) -> SegmentEntry:
    """Write a new segment, durably; nobody sees it before a manifest names it."""
    folder = segments_folder(directory) / secrets.token_hex(8)
    make_durably(folder)
    half_precision = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(content.dimension, half_precision, faiss.METRIC_INNER_PRODUCT)
    for vectors in content.slices:
        index.add(vectors.astype(np.float32))  # exact: every float16 is a float32
    faiss.write_index(index, str(folder / VECTORS))
    save_array(folder / ROWS, content.chunk_ids)
    save_array(folder / DOCUMENTS, content.documents)
    content.access_ids.astype("<u4").tofile(folder / ACCESS)
    for name in (VECTORS, ROWS, DOCUMENTS, ACCESS):
        sync_file(folder / name)
    sync_folder(folder)
    files = {
        name: FileEntry((folder / name).stat().st_size, checksum(folder / name))
        for name in (VECTORS, ROWS, DOCUMENTS)
    }
    return SegmentEntry(folder.name, len(content.chunk_ids), files)


def rewrite_access(directory: Path, entry: SegmentEntry, access_ids: NDArray[np.uint32]) -> None:
    """Replace the access ids of a segment that no manifest names yet."""
    access = segments_folder(directory) / entry.id / ACCESS
    access_ids.astype("<u4").tofile(access)
    sync_file(access)


class Segment:
    """An open segment. Its files are mapped into memory and stay usable after they were deleted."""

    def __init__(self, directory: Path, entry: SegmentEntry, *, writable: bool = False) -> None:
        """Open and check; raises `VectorIndexError` for files that are missing or damaged."""
        self.entry: Final = entry
        folder = segments_folder(directory) / entry.id
        try:
            _verify(folder, entry)
            self._index = cast(Any, faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC))
            self.chunk_ids: Final[NDArray[np.int64]] = np.load(folder / ROWS, mmap_mode="r")
            self.documents: Final[NDArray[np.uint64]] = np.load(folder / DOCUMENTS, mmap_mode="r")
            self.access: Final = np.memmap(
                folder / ACCESS, dtype="<u4", mode="r+" if writable else "r", shape=(entry.rows,)
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise VectorIndexError(f"{folder} cannot be read: {error}") from error
        codes = faiss.rev_swig_ptr(self._index.codes.data(), entry.rows * self._index.d * 2)
        self.vectors: Final[NDArray[np.float16]] = codes.view("<f2").reshape(entry.rows, self._index.d)

    def allowed_rows(self, table: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which rows carry an access id that `table` (access id → allowed) allows.

        Ids beyond the table are not allowed: its last place must be False.
        """
        found: NDArray[np.bool_] = table[np.minimum(self.access, len(table) - 1)]
        return found

    def search(
        self, queries: NDArray[np.float32], allowed: NDArray[np.bool_], limit: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The best allowed rows: scores (queries, k) and chunk ids, k at most `limit`, best first."""
        rows = np.flatnonzero(allowed)
        if len(rows) <= max(limit, _GATHER_SHARE * self.entry.rows):
            scores = queries @ self.vectors[rows].astype(np.float32).T
            best = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
            return np.take_along_axis(scores, best, axis=1), self.chunk_ids[rows[best]]
        bits = np.packbits(allowed, bitorder="little")
        parameters: Any = faiss.SearchParameters()
        selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        parameters.sel = selector
        scores, found = self._index.search(queries, min(limit, len(rows)), params=parameters)
        return scores, self.chunk_ids[found]

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


def _verify(folder: Path, entry: SegmentEntry) -> None:
    for name, expected in entry.files.items():
        file = folder / name
        if file.stat().st_size != expected.bytes or checksum(file) != expected.blake2b:
            raise VectorIndexError(f"{file} is damaged: its checksum differs from the manifest's")
    access = folder / ACCESS
    if access.stat().st_size != 4 * entry.rows:
        raise VectorIndexError(
            f"{access} is damaged: {access.stat().st_size} bytes instead of {4 * entry.rows}"
        )
