"""A small segment: all vectors in half precision, every allowed one compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vectors.content import SegmentContent
from indexer.vectors.manifest import SegmentEntry
from indexer.vectors.segment import Segment, SegmentFound, best, touch_pages

VECTORS: Final = "vectors.faiss"
_GATHER_SHARE: Final = 0.02
"""Below this share of allowed rows gathering them is faster than a scan that skips the others."""


class ExactSegment(Segment):
    """See the module."""

    def __init__(self, folder: Path, entry: SegmentEntry, *, writable: bool = False) -> None:
        super().__init__(folder, entry, writable=writable)
        self._index = cast(Any, faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC))
        codes = faiss.rev_swig_ptr(self._index.codes.data(), entry.rows * self._index.d * 2)
        self._vectors: Final[NDArray[np.float16]] = codes.view("<f2").reshape(entry.rows, self._index.d)

    @property
    def dimension(self) -> int:
        """See `Segment.dimension`."""
        return int(self._index.d)

    def search(self, queries: NDArray[np.float32], table: NDArray[np.bool_], limit: int) -> SegmentFound:
        """See `Segment.search`; finds exactly the nearest."""
        rows = self.allowed_rows(table)
        if len(rows) <= max(limit, _GATHER_SHARE * self.entry.rows):
            scores = queries @ self._vectors[rows].astype(np.float32).T
            return best(scores, np.broadcast_to(rows, scores.shape), limit)
        allowed = np.zeros(self.entry.rows, dtype=np.bool_)
        allowed[rows] = True
        bits = np.packbits(allowed, bitorder="little")
        parameters: Any = faiss.SearchParameters()
        selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        parameters.sel = selector
        scores, found = self._index.search(queries, min(limit, len(rows)), params=parameters)
        return scores, found

    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float16]:
        """See `Segment.vectors`; these are the very ones that were added."""
        return self._vectors[rows]

    def touch(self) -> None:
        """See `Segment.touch`."""
        touch_pages(self._vectors)


def write_exact(folder: Path, content: SegmentContent, slice_rows: int) -> NDArray[np.intp]:
    """Write the vectors, in the order of access ids, which is returned: a scan for few ids then reads few
    stretches."""
    order = np.argsort(content.access_ids, kind="stable")
    half_precision = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(content.dimension, half_precision, faiss.METRIC_INNER_PRODUCT)
    for start in range(0, len(order), slice_rows):
        vectors = content.vectors(order[start : start + slice_rows])
        index.add(vectors.astype(np.float32))  # exact: every float16 is a float32
    faiss.write_index(index, str(folder / VECTORS))
    return order
