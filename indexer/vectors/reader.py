"""Searching the published segments; new ones are taken up without disturbing a running search."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary import NOBODY
from indexer.found_passages import FoundPassages
from indexer.vectors.backend import Found, VectorIndexError
from indexer.vectors.manifest import Manifest, SegmentEntry, manifest_file, read_manifest
from indexer.vectors.segment import Segment, best
from indexer.vectors.storing import open_segment, recheck

logger = logging.getLogger(__name__)

_OPEN_ATTEMPTS: Final = 5
"""A merge may remove files between the reading of a manifest and the opening of its segments."""


class VectorReader:
    """The index in a folder, as last refreshed. A folder without an index is an empty one.

    Deletions and changed access lists show at once, without a refresh. Segments that are damaged when the
    index is opened are left out and named in `faults`. Files that were found right before are opened at once
    and compared with their checksums in the background: see `check`.
    """

    def __init__(self, directory: Path) -> None:
        self._directory: Final = directory
        self._refreshing: Final = threading.Lock()
        self._signature: tuple[int, int] | None = None
        self._segments: tuple[Segment, ...] = ()
        self._withdrawn: Final[dict[str, str]] = {}
        self._checking: threading.Thread | None = None
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
        """Take up what was published since; costs one `stat` when nothing was.

        Raises `VectorIndexError` when that is damaged: the former state goes on being searched.
        """
        with self._refreshing:
            signature = self._seen()
            if signature == self._signature:
                return False
            if signature is None:
                raise VectorIndexError(
                    f"{manifest_file(self._directory)} is missing: `indexer rebuild` makes the index anew"
                )
            self._load()
            self._signature = signature
            return True

    def search(
        self, vectors: NDArray[np.float32], allowed: Iterable[int] | NDArray[np.integer], limit: int
    ) -> Found:
        """The nearest rows whose access id is in `allowed`, for each of `vectors`.

        Exactly in small segments; in large ones as near as `indexer.vectors.inverted` comes.
        """
        queries = np.ascontiguousarray(np.atleast_2d(vectors), dtype=np.float32)
        scores = [np.empty((len(queries), 0), dtype=np.float32)]
        chunk_ids = [np.empty((len(queries), 0), dtype=np.int64)]
        for segment, found, rows in self._found(queries, allowed, limit):
            scores.append(found)
            chunk_ids.append(segment.chunk_ids[rows])
        return best(np.concatenate(scores, axis=1), np.concatenate(chunk_ids, axis=1), limit)

    def nearest(
        self, vector: NDArray[np.float32], allowed: Iterable[int] | NDArray[np.integer], limit: int
    ) -> FoundPassages:
        """As `search` for one vector of shape (dimension,), with the documents of the rows."""
        queries = np.ascontiguousarray(vector[np.newaxis, :], dtype=np.float32)
        scores = [np.empty(0, dtype=np.float32)]
        chunk_ids = [np.empty(0, dtype=np.int64)]
        documents = [np.empty((0, 2), dtype=np.uint64)]
        for segment, found, rows in self._found(queries, allowed, limit):
            scores.append(found[0])
            chunk_ids.append(segment.chunk_ids[rows[0]])
            documents.append(segment.documents(rows[0]))
        cosines = np.concatenate(scores)
        order = np.argsort(-cosines, kind="stable")[:limit]
        return FoundPassages(
            np.concatenate(chunk_ids)[order], cosines[order], np.concatenate(documents)[order]
        )

    def _found(
        self, queries: NDArray[np.float32], allowed: Iterable[int] | NDArray[np.integer], limit: int
    ) -> Iterator[tuple[Segment, NDArray[np.float32], NDArray[np.int64]]]:
        """Scores and rows of each segment."""
        segments = self._segments
        table = _access_table(allowed)
        for segment in segments:
            yield segment, *segment.search(queries, table, limit)

    def check(self) -> None:
        """Wait until all that was opened was compared with its checksums; `faults` names what was wrong."""
        checking = self._checking
        if checking is not None:
            checking.join()

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
        faults = tuple(fault for fault in opened if isinstance(fault, str))
        if self._signature is not None and set(faults) - set(self.faults):
            raise VectorIndexError("; ".join(faults))
        for fault in faults:
            logger.warning(fault)
        known = self._segments
        self.faults = faults
        self._segments = tuple(segment for segment in opened if isinstance(segment, Segment))
        self.manifest = before
        self._check_behind([segment for segment in self._segments if segment not in known])

    def _opened(self, entry: SegmentEntry) -> Segment | str:
        """The segment, already open or now opened, or what is wrong with it."""
        for segment in self._segments:
            if segment.entry == entry:
                return segment
        if entry.id in self._withdrawn:
            return self._withdrawn[entry.id]
        try:
            return open_segment(self._directory, entry)
        except VectorIndexError as error:
            return _fault(error)

    def _check_behind(self, segments: Sequence[Segment]) -> None:
        """Compare checksums while searches go on; what turns out damaged is not searched any more."""
        before = self._checking

        def work() -> None:
            if before is not None:
                before.join()
            for segment in segments:
                try:
                    recheck(segment)
                except VectorIndexError as error:
                    self._withdraw(segment, error)

        self._checking = threading.Thread(target=work, name="vectors-check", daemon=True)
        self._checking.start()

    def _withdraw(self, damaged: Segment, error: VectorIndexError) -> None:
        with self._refreshing:
            fault = _fault(error)
            self._withdrawn[damaged.entry.id] = fault
            logger.warning(fault)
            self._segments = tuple(segment for segment in self._segments if segment is not damaged)
            self.faults = (*self.faults, fault)


def _access_table(allowed: Iterable[int] | NDArray[np.integer]) -> NDArray[np.bool_]:
    """Access id → allowed, with a False after the last; nobody reads what carries `NOBODY`."""
    ids = allowed if isinstance(allowed, np.ndarray) else np.fromiter(allowed, dtype=np.int64)
    table = np.zeros(int(ids.max(initial=0)) + 2, dtype=np.bool_)
    table[ids] = True
    table[NOBODY] = False
    return table


def _fault(error: VectorIndexError) -> str:
    return f"{error}; its passages are not found until `indexer rebuild` has been run"
