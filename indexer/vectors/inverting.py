"""Making a large segment: k-means on a sample, then every row to its nearest centroid, a slice at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.vectors.clustering import Nearest, centroids, gpu, nearest
from indexer.vectors.codes import encode, steps_of
from indexer.vectors.content import SegmentContent
from indexer.vectors.inverted import CENTROIDS, CODES, HALVES, OFFSETS, STEPS

_LISTS_PER_ROOT: Final = 2
_MOST_LISTS: Final = 8192
"""More would make the assignment of ten million rows take hours on two cores."""
_SAMPLED_PER_LIST: Final = 40
_SEED: Final = 1


def list_count(rows: int) -> int:
    """How many lists a segment of so many rows has."""
    return min(max(int(_LISTS_PER_ROOT * rows**0.5), 1), _MOST_LISTS)


def write_inverted(folder: Path, content: SegmentContent, slice_rows: int) -> NDArray[np.intp]:
    """Write codes and lists; which row of `content` lies at each place.

    Besides the ids of all rows, a sample of at most 330,000 vectors and a slice are in memory.
    """
    count = len(content.chunk_ids)
    sample = _sample(content, list_count(count) * _SAMPLED_PER_LIST)
    device = gpu()
    centres = centroids(sample, list_count(count), device)
    lists, largest = _assigned(nearest(centres, device), content, slice_rows)
    steps = steps_of(largest, content.steps)
    order = np.lexsort((content.access_ids, lists))
    ends = np.cumsum(np.bincount(lists, minlength=len(centres)))
    _write_codes(folder, content, order, steps, slice_rows)
    np.save(folder / STEPS, steps)
    np.save(folder / CENTROIDS, centres)
    np.save(folder / OFFSETS, np.concatenate([[0], ends]).astype(np.int64))
    return order


def _sample(content: SegmentContent, size: int) -> NDArray[np.float32]:
    count = len(content.chunk_ids)
    rows = np.random.default_rng(_SEED).choice(count, min(count, size), replace=False)
    return content.vectors(np.sort(rows)).astype(np.float32)


def _assigned(
    find: Nearest, content: SegmentContent, slice_rows: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The number of each row's nearest centroid, and the largest absolute value in each dimension."""
    count = len(content.chunk_ids)
    lists = np.empty(count, dtype=np.int32)
    largest = np.zeros(content.dimension, dtype=np.float32)
    for start in range(0, count, slice_rows):
        rows = np.arange(start, min(start + slice_rows, count))
        vectors = content.vectors(rows).astype(np.float32)
        lists[rows] = find(vectors)
        largest = np.maximum(largest, np.abs(vectors).max(axis=0))
    return lists, largest


def _write_codes(
    folder: Path,
    content: SegmentContent,
    order: NDArray[np.intp],
    steps: NDArray[np.float32],
    slice_rows: int,
) -> None:
    shapes = {CODES: content.dimension, HALVES: -(-content.dimension // 8)}
    codes, halves = (
        np.lib.format.open_memmap(folder / name, mode="w+", dtype=np.uint8, shape=(len(order), width))
        for name, width in shapes.items()
    )
    for start in range(0, len(order), slice_rows):
        rows = slice(start, start + slice_rows)
        codes[rows], halves[rows] = encode(content.vectors(order[rows]), steps)
    codes.flush()
    halves.flush()
