"""Writing the vector index: append segments, change access in place, merge, publish."""

from __future__ import annotations

import fcntl
import logging
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.durable import make_durably
from indexer.document_keys import document_keys, document_name
from indexer.vectors.backend import Rows, VectorBatch, VectorIndexError
from indexer.vectors.content import SegmentContent, batch_content
from indexer.vectors.inverted import InvertedSegment
from indexer.vectors.manifest import Manifest, RetiredEntry, SegmentEntry, publish, read_manifest
from indexer.vectors.merging import SegmentSize, in_groups, segments_to_merge
from indexer.vectors.segment import Segment, segments_folder
from indexer.vectors.storing import open_segment, recheck, rewrite_access, write_segment

logger = logging.getLogger(__name__)

GRACE_SECONDS: Final = 60.0
"""How long merged segments stay, so that every reader has swapped (they look at least every second)."""


class VectorWriter:
    """The one writer of the index in `directory`, which is created for `model` when it is missing.

    One thread may `merge` while another appends and changes access: merging copies without the lock.
    Raises `VectorIndexError` when the folder holds the index of another model, or a damaged segment
    (a writer must be able to remove what was once added): `rebuild_vectors` helps.
    """

    def __init__(
        self, directory: Path, model: str, dimension: int, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._directory: Final = directory
        self._clock: Final = clock
        self._changing: Final = threading.RLock()
        self._merging: Final = threading.Lock()
        make_durably(segments_folder(directory))
        published = read_manifest(directory)
        self._manifest = published or Manifest(model, dimension)
        if (self._manifest.model, self._manifest.dimension) != (model, dimension):
            raise VectorIndexError(
                f"{directory} holds vectors of {self._manifest.model}, not of {model}; run `indexer rebuild`"
            )
        if published is None:
            publish(directory, self._manifest)
        self._segments = self._open()
        self._retired = self._open_retired()
        self._remove_leftovers()

    @property
    def manifest(self) -> Manifest:
        """What was last published."""
        return self._manifest

    def live_rows(self, document_ids: Collection[str]) -> dict[str, dict[int, int]]:
        """See `VectorStore.live_rows`; documents without rows are left out."""
        if not document_ids:
            return {}
        found: dict[str, dict[int, int]] = defaultdict(dict)
        wanted = document_keys(document_ids)
        with self._changing:
            segments = tuple(self._segments.values())
        for segment in segments:
            rows = segment.rows_of(wanted)
            for row, words in zip(rows, segment.documents(rows), strict=True):
                found[document_name(words)][int(segment.chunk_ids[row])] = int(segment.access[row])
        return dict(found)

    def set_access(self, changes: Mapping[str, Rows]) -> None:
        """See `VectorStore.set_access`. Segments that readers may still use are changed, too."""
        changes = {name: rows for name, rows in changes.items() if rows}
        if not changes:
            return
        wanted = document_keys(changes)
        with self._changing, self._exclusively():
            for segment in (*self._retired.values(), *self._segments.values()):
                changed = False
                rows = segment.rows_of(wanted)
                for row, words in zip(rows, segment.documents(rows), strict=True):
                    access_id = changes[document_name(words)].get(int(segment.chunk_ids[row]))
                    if access_id is not None and access_id != segment.access[row]:
                        segment.access[row] = access_id  # one aligned store: seen at once, whole
                        changed = True
                if changed:
                    segment.access.flush()

    def append(self, batch: VectorBatch) -> None:
        """See `VectorStore.append`."""
        if not len(batch.chunk_ids):
            return
        with self._changing:
            entry = write_segment(self._directory, batch_content(batch)).entry
            self._publish((*self._manifest.segments, entry))
            self._segments[entry.id] = open_segment(self._directory, entry, writable=True)

    def merge(self) -> bool:
        """See `VectorStore.merge`."""
        with self._merging:
            with self._changing:
                self._remove_retired()
                segments = dict(self._segments)
            sizes = [
                SegmentSize(name, segment.entry.rows, segment.live) for name, segment in segments.items()
            ]
            chosen = segments_to_merge(sizes)
            if chosen:
                self._merge([segments[name] for name in chosen])
            return bool(chosen)

    def close(self) -> None:
        """See `VectorStore.close`; a merge that is running ends first."""
        with self._merging:
            self._segments.clear()
            self._retired.clear()

    def _merge(self, sources: Sequence[Segment]) -> None:
        """Rewrite the live rows of `sources` as one segment.

        Copying takes long and access may change meanwhile; so the access ids are read a second time under
        the lock that every change takes, in which the merged segment is published, too.
        """
        for segment in sources:
            recheck(segment)  # what was damaged since it was opened must not get a checksum of its own
        live = _LiveRows.of(sources)
        old = {segment.entry.id for segment in sources}
        if not live.count:
            with self._changing, self._exclusively():
                self._switch(old, None)
            return
        written = write_segment(self._directory, live.content())
        with self._changing, self._exclusively():
            rewrite_access(self._directory, written.entry, live.access_ids()[written.order])
            self._switch(old, written.entry)

    def _switch(self, old: Collection[str], new: SegmentEntry | None) -> None:
        """Publish `new` in the place of the segments `old`, which retire."""
        added = () if new is None else (new,)
        opened = {entry.id: open_segment(self._directory, entry, writable=True) for entry in added}
        now = self._clock()
        retired = tuple(RetiredEntry(entry, now) for entry in self._manifest.segments if entry.id in old)
        kept = tuple(entry for entry in self._manifest.segments if entry.id not in old)
        self._publish((*kept, *added), (*self._manifest.retired, *retired))
        self._retired.update({name: self._segments.pop(name) for name in old})
        self._segments.update(opened)

    def _publish(
        self, segments: tuple[SegmentEntry, ...], retired: tuple[RetiredEntry, ...] | None = None
    ) -> None:
        manifest = replace(
            self._manifest,
            generation=self._manifest.generation + 1,
            segments=segments,
            retired=self._manifest.retired if retired is None else retired,
        )
        publish(self._directory, manifest)
        self._manifest = manifest

    def _open(self) -> dict[str, Segment]:
        segments = self._manifest.segments
        return {entry.id: open_segment(self._directory, entry, writable=True) for entry in segments}

    def _open_retired(self) -> dict[str, Segment]:
        """Those of an earlier process; a damaged one has no readers."""
        opened = {}
        for entry in self._manifest.retired:
            try:
                opened[entry.segment.id] = open_segment(self._directory, entry.segment, writable=True)
            except VectorIndexError as error:
                logger.info("a replaced segment is not kept up to date: %s", error)
        return opened

    def _remove_retired(self) -> None:
        now = self._clock()  # may have been set back since: nothing retires in the future
        due = [entry for entry in self._manifest.retired if abs(now - entry.retired_at) > GRACE_SECONDS]
        if not due:
            return
        remaining = tuple(entry for entry in self._manifest.retired if entry not in due)
        self._publish(self._manifest.segments, remaining)
        for entry in due:
            self._retired.pop(entry.segment.id, None)
        self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        """Remove what no manifest names: replaced long ago, or written by a process that was killed."""
        retired = (entry.segment for entry in self._manifest.retired)
        named = {entry.id for entry in (*self._manifest.segments, *retired)}
        for folder in segments_folder(self._directory).iterdir():
            if folder.name not in named:
                shutil.rmtree(folder)

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """One change of access ids or switch of segments at a time, among threads and processes."""
        with (self._directory / "access.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True, slots=True)
class _LiveRows:
    """The live rows of several segments, numbered from the first of the first."""

    parts: tuple[tuple[Segment, NDArray[np.intp]], ...]

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> _LiveRows:
        return cls(tuple((segment, np.flatnonzero(segment.access)) for segment in segments))

    @property
    def count(self) -> int:
        return sum(len(rows) for _, rows in self.parts)

    def access_ids(self) -> NDArray[np.uint32]:
        """The access ids as they are now."""
        return np.concatenate([segment.access[rows] for segment, rows in self.parts])

    def content(self) -> SegmentContent:
        """Everything there is to know about the rows."""
        steps = [segment.steps for segment, _ in self.parts if isinstance(segment, InvertedSegment)]
        return SegmentContent(
            chunk_ids=np.concatenate([segment.chunk_ids[rows] for segment, rows in self.parts]),
            documents=np.concatenate([segment.documents(rows) for segment, rows in self.parts]),
            access_ids=self.access_ids(),
            dimension=self.parts[0][0].dimension,
            vectors=self._vectors,
            steps=np.max(steps, axis=0) if steps else None,
        )

    def _vectors(self, wanted: NDArray[np.intp]) -> NDArray[np.float16]:
        ends = np.cumsum([len(rows) for _, rows in self.parts])
        part_of = np.searchsorted(ends, wanted, side="right")
        found = np.empty((len(wanted), self.parts[0][0].dimension), dtype=np.float16)
        for number in np.unique(part_of):
            segment, rows = self.parts[number]
            here = part_of == number
            found[here] = segment.vectors(rows[wanted[here] - (ends[number] - len(rows))])
        return found


def rebuild_vectors(directory: Path, model: str, dimension: int, batches: Iterable[VectorBatch]) -> None:
    """Write the index in `directory` anew from `batches`, whatever state it is in, and switch in one step.

    It has one segment then (or several, of a size that is not merged any more). Readers see the old index
    until the switch. No `VectorWriter` may be open.
    """
    make_durably(segments_folder(directory))
    try:
        old = read_manifest(directory)
    except VectorIndexError as error:
        logger.warning("%s", error)
        old = None
    parts = tuple(
        write_segment(directory, batch_content(batch)).entry for batch in batches if len(batch.chunk_ids)
    )
    entries = tuple(_merged(directory, group) for group in in_groups(parts))
    now = time.time()
    retired = tuple(RetiredEntry(entry, now) for entry in old.segments) if old else ()
    generation = old.generation + 1 if old else 0
    publish(directory, Manifest(model, dimension, generation, entries, retired))
    for part in parts:
        if part not in entries:
            shutil.rmtree(segments_folder(directory) / part.id)


def _merged(directory: Path, entries: Sequence[SegmentEntry]) -> SegmentEntry:
    """One segment made of several that nobody uses yet."""
    if len(entries) == 1:
        return entries[0]
    live = _LiveRows.of([open_segment(directory, entry) for entry in entries])
    return write_segment(directory, live.content()).entry
