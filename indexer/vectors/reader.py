"""Searching the published segments; new ones are taken up without disturbing a running search."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary import NOBODY
from indexer.vectors.backend import Found, VectorIndexError
from indexer.vectors.manifest import Manifest, SegmentEntry, manifest_file, read_manifest
from indexer.vectors.segment import Segment

logger = logging.getLogger(__name__)

_OPEN_ATTEMPTS: Final = 5
"""A merge may remove files between the reading of a manifest and the opening of its segments."""


class VectorReader:
    """The index in a folder, as last refreshed. A folder without an index is an empty one.

    Deletions and changed access lists show at once, without a refresh. Damaged segments are left out
    and named in `faults`.
    """

    def __init__(self, directory: Path) -> None:
        self._directory: Final = directory
        self._refreshing: Final = threading.Lock()
        self._signature: tuple[int, int] | None = None
        self._segments: tuple[Segment, ...] = ()
        self.manifest: Manifest | None = None
        self.faults: tuple[str, ...] = ()
        self.refresh()

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the index in `directory`. Raises `VectorIndexError` for an unreadable manifest."""
        return cls(directory)

    @property
    def rows(self) -> int:
        """Rows that can be searched, tombstones included."""
        return sum(segment.entry.rows for segment in self._segments)

    @property
    def live(self) -> int:
        """Rows that are no tombstones."""
        return sum(segment.live for segment in self._segments)

    def refresh(self) -> bool:
        """Take up what was published since; costs one `stat` when nothing was."""
        with self._refreshing:
            signature = self._seen()
            if signature == self._signature:
                return False
            self._load()
            self._signature = signature
            return True

    def search(
        self, vectors: NDArray[np.float32], allowed: Iterable[int] | NDArray[np.integer], limit: int
    ) -> Found:
        """The nearest rows whose access id is in `allowed`, exactly, for each of `vectors`."""
        segments = self._segments
        queries = np.ascontiguousarray(np.atleast_2d(vectors), dtype=np.float32)
        table = _access_table(allowed)
        scores = [np.empty((len(queries), 0), dtype=np.float32)]
        chunk_ids = [np.empty((len(queries), 0), dtype=np.int64)]
        for segment in segments:
            rows = segment.allowed_rows(table)
            if rows.any():
                found = segment.search(queries, rows, limit)
                scores.append(found[0])
                chunk_ids.append(found[1])
        return _best(np.concatenate(scores, axis=1), np.concatenate(chunk_ids, axis=1), limit)

    def close(self) -> None:
        """Forget the segments; their memory is given back when running searches have ended."""
        self._segments = ()
        self._signature = None

    def _seen(self) -> tuple[int, int] | None:
        try:
            status = manifest_file(self._directory).stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns

    def _load(self) -> None:
        manifest = read_manifest(self._directory)
        for _ in range(_OPEN_ATTEMPTS):
            opened = [self._opened(entry) for entry in (manifest.segments if manifest else ())]
            before, manifest = manifest, read_manifest(self._directory)
            if manifest == before:
                break
        self.faults = tuple(fault for fault in opened if isinstance(fault, str))
        for fault in self.faults:
            logger.warning(fault)
        self._segments = tuple(segment for segment in opened if isinstance(segment, Segment))
        self.manifest = before

    def _opened(self, entry: SegmentEntry) -> Segment | str:
        """The segment, already open or now opened, or what is wrong with it."""
        for segment in self._segments:
            if segment.entry == entry:
                return segment
        try:
            return Segment(self._directory, entry)
        except VectorIndexError as error:
            return f"{error}; its passages are not found until `indexer rebuild` has been run"


def _access_table(allowed: Iterable[int] | NDArray[np.integer]) -> NDArray[np.bool_]:
    """Access id → allowed, with a False after the last; nobody reads what carries `NOBODY`."""
    ids = np.fromiter(allowed, dtype=np.int64)
    table = np.zeros(int(ids.max(initial=0)) + 2, dtype=np.bool_)
    table[ids] = True
    table[NOBODY] = False
    return table


def _best(scores: NDArray[np.float32], chunk_ids: NDArray[np.int64], limit: int) -> Found:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(chunk_ids, order, axis=1)
