"""Segments on disk: written durably, and opened when they are what the manifest says."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.durable import make_durably, sync_file, sync_folder
from indexer.document_keys import numbered
from indexer.vectors.backend import VectorIndexError
from indexer.vectors.content import SegmentContent
from indexer.vectors.exact import ExactSegment, write_exact
from indexer.vectors.inverted import CODES, InvertedSegment
from indexer.vectors.inverting import write_inverted
from indexer.vectors.manifest import FileEntry, SegmentEntry
from indexer.vectors.segment import (
    ACCESS,
    DOCUMENT_NUMBERS,
    DOCUMENTS,
    ROWS,
    Segment,
    segments_folder,
)
from indexer.vectors.verification import check_files, checksum, is_noted, note_checked, read_through

EXACT_ROWS: Final = 16_384
"""Rows up to which a segment is searched exactly: .8 ms on one core."""
SLICE_ROWS: Final = 16_384
"""Vectors converted at a time."""


@dataclass(frozen=True, slots=True)
class WrittenSegment:
    """A segment that no manifest names yet, and which row of its content lies at each place."""

    entry: SegmentEntry
    order: NDArray[np.intp]


def write_segment(directory: Path, content: SegmentContent) -> WrittenSegment:
    """Write a new segment, durably; nobody sees it before a manifest names it.

    What fails (on a full disk, say) leaves nothing behind. Raises OSError, `VectorIndexError`.
    """
    folder = segments_folder(directory) / secrets.token_hex(8)
    make_durably(folder)
    try:
        return _written(folder, content)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, RuntimeError):  # FAISS knows no other
            raise VectorIndexError(f"{folder} cannot be written: {error}") from error
        raise


def _written(folder: Path, content: SegmentContent) -> WrittenSegment:
    write_vectors = write_exact if len(content.chunk_ids) <= EXACT_ROWS else write_inverted
    order = write_vectors(folder, content, SLICE_ROWS)
    np.save(folder / ROWS, content.chunk_ids[order])
    documents, numbers = numbered(content.documents[order])
    np.save(folder / DOCUMENTS, documents)
    np.save(folder / DOCUMENT_NUMBERS, numbers.astype(np.uint32))
    names = sorted(file.name for file in folder.iterdir())
    content.access_ids[order].astype("<u4").tofile(folder / ACCESS)
    for name in (*names, ACCESS):
        sync_file(folder / name)
    sync_folder(folder)
    files = {name: FileEntry((folder / name).stat().st_size, checksum(folder / name)) for name in names}
    entry = SegmentEntry(folder.name, len(order), files)
    note_checked(folder, entry)
    return WrittenSegment(entry, order)


def rewrite_access(directory: Path, entry: SegmentEntry, access_ids: NDArray[np.uint32]) -> None:
    """Replace the access ids of a segment that no manifest names yet."""
    access = segments_folder(directory) / entry.id / ACCESS
    access_ids.astype("<u4").tofile(access)
    sync_file(access)


def open_segment(directory: Path, entry: SegmentEntry, *, writable: bool = False) -> Segment:
    """Open a segment and read it through. Its checksums are compared unless they were for these very files.

    Raises `VectorIndexError` for files that are missing or damaged.
    """
    folder = segments_folder(directory) / entry.id
    try:
        _check(folder, entry)
        if writable and not is_noted(folder, entry):
            note_checked(folder, entry)
        read_through(folder, entry)
        kind = InvertedSegment if CODES in entry.files else ExactSegment
        segment = kind(folder, entry, writable=writable)
    except (OSError, ValueError, RuntimeError) as error:
        raise VectorIndexError(f"{folder} cannot be read: {error}") from error
    segment.touch()
    return segment


def _check(folder: Path, entry: SegmentEntry) -> None:
    if not is_noted(folder, entry):
        check_files(folder, entry)
    access = folder / ACCESS
    if access.stat().st_size != 4 * entry.rows:
        raise VectorIndexError(
            f"{access} is damaged: {access.stat().st_size} bytes instead of {4 * entry.rows}"
        )


def recheck(segment: Segment) -> None:
    """Compare the checksums of an open segment. Raises `VectorIndexError` for what was damaged since.

    Files that are gone were replaced: what is mapped of them stays as it was.
    """
    try:
        check_files(segment.folder, segment.entry)
    except FileNotFoundError:
        return
    except OSError as error:
        raise VectorIndexError(f"{segment.folder} cannot be read: {error}") from error
