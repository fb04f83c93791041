"""A large segment: rows in lists around centroids, of which those nearest to the question are searched.

Lists are probed until enough *allowed* rows were scored: a filter that goes with topic, where graph search
loses most results, only makes the search go on to further lists. Where few rows are allowed all are scored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.vectors.codes import decode, dots, products, whole_numbers
from indexer.vectors.manifest import SegmentEntry
from indexer.vectors.scanning import code_scanner
from indexer.vectors.segment import Segment, SegmentFound, touch_pages

CODES: Final = "codes.npy"
HALVES: Final = "halves.npy"
STEPS: Final = "steps.npy"
CENTROIDS: Final = "centroids.npy"
OFFSETS: Final = "offsets.npy"
_SCORED_PER_ROOT: Final = 70
"""Rows scored, by the square root of all: 7 % of a million, 22 % of 100,000 (recall@10 ≥ .98 on both)."""
_SCORED_PER_ALLOWED_ROOT: Final = 120
"""The same by the square root of the allowed ones, of which a list holds fewer: 54 % of 50,000."""
_SCORED_AT_LEAST: Final = 10_000
_SCORED_PER_RESULT: Final = 8
_LARGEST_PROBE: Final = 0.25
"""Share of the rows from which looking at all access ids is quicker than at those of single lists."""
_SAMPLED_IDS: Final = 1 << 14


def rows_to_score(rows: int, allowed: int, limit: int) -> int:
    """How many allowed rows a search of `rows` for `limit` results compares, if there are so many."""
    by_size = min(_SCORED_PER_ROOT * rows**0.5, _SCORED_PER_ALLOWED_ROOT * allowed**0.5)
    return max(int(by_size), _SCORED_AT_LEAST, _SCORED_PER_RESULT * limit)


class InvertedSegment(Segment):
    """See the module. `steps`: see `codes`."""

    def __init__(self, folder: Path, entry: SegmentEntry, *, writable: bool = False) -> None:
        super().__init__(folder, entry, writable=writable)
        self._codes: Final[NDArray[np.uint8]] = np.load(folder / CODES, mmap_mode="r")
        self._halves: Final[NDArray[np.uint8]] = np.load(folder / HALVES, mmap_mode="r")
        self.steps: Final[NDArray[np.float32]] = np.load(folder / STEPS)
        self._centroids: Final[NDArray[np.float32]] = np.load(folder / CENTROIDS)
        self._offsets: Final[NDArray[np.int64]] = np.load(folder / OFFSETS)
        self._scanner: Final = code_scanner(self._codes.shape[1])

    @property
    def dimension(self) -> int:
        """See `Segment.dimension`."""
        return len(self.steps)

    def search(self, queries: NDArray[np.float32], table: NDArray[np.bool_], limit: int) -> SegmentFound:
        """See `Segment.search`; scores are those of the stored codes with the query as it is."""
        found = [self._nearest(query, table, limit) for query in queries]
        return np.stack([scores for scores, _ in found]), np.stack([rows for _, rows in found])

    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float16]:
        """See `Segment.vectors`; within a quarter of a code's step."""
        return decode(self._codes[rows], self._halves[rows], self.steps).astype(np.float16)

    def touch(self) -> None:
        """See `Segment.touch`."""
        for array in (self._codes, self._halves, self.chunk_ids, self.access):
            touch_pages(array)

    def _nearest(
        self, query: NDArray[np.float32], table: NDArray[np.bool_], limit: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        rows = self._rows_to_score(query, table, limit)
        candidates = min(len(rows), limit + limit // 4 + 40)
        if len(rows) > candidates:
            whole = whole_numbers(query, self.steps)
            rows = rows[self._scanner.best(self._codes, rows, whole, candidates)]
        scores = products(self._codes[rows], self._halves[rows], self.steps, query)
        order = np.argsort(-scores, kind="stable")[:limit]
        return scores[order], rows[order]

    def _rows_to_score(
        self, query: NDArray[np.float32], table: NDArray[np.bool_], limit: int
    ) -> NDArray[np.int64]:
        """So many allowed rows as are to be scored, those of the nearest lists first."""
        count = self.entry.rows
        sampled = self.access[:: max(1, count // _SAMPLED_IDS)]
        share = np.count_nonzero(np.take(table, sampled, mode="clip")) / len(sampled)
        enough = rows_to_score(count, int(share * count), limit)
        nearest = np.argsort(-dots(self._centroids, query))
        sizes = np.cumsum(np.diff(self._offsets)[nearest])
        probed = 1.1 * enough / max(share, 1 / count)
        while probed < _LARGEST_PROBE * count:
            lists = nearest[: int(np.searchsorted(sizes, probed)) + 1]
            rows = _ranges(self._offsets[lists], self._offsets[lists + 1])
            allowed = rows[np.take(table, self.access[rows], mode="clip")]
            if len(allowed) >= enough:
                return allowed[:enough]
            probed *= 2
        allowed = self.allowed_rows(table)
        if len(allowed) <= enough:
            return allowed
        places = np.searchsorted(allowed, self._offsets)
        counts = np.cumsum(np.diff(places)[nearest])
        lists = nearest[: int(np.searchsorted(counts, enough)) + 1]
        return allowed[_ranges(places[lists], places[lists + 1])[:enough]]


def _ranges(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of all ranges, one range after the other."""
    lengths = ends - starts
    past = np.cumsum(lengths)
    return np.repeat(starts - (past - lengths), lengths) + np.arange(past[-1])
