"""Whether a segment's files are what was published: checksums, and a note of files found right."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

import orjson

from catalog.durable import write_durably
from indexer.vectors.backend import VectorIndexError
from indexer.vectors.manifest import SegmentEntry

_NOTE: Final = "verified.json"
_SLICE: Final = 1 << 22


def checksum(file: Path) -> str:
    """BLAKE2b-256 of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def check_files(folder: Path, entry: SegmentEntry) -> None:
    """Compare every immutable file with the manifest: .7 s per GB. Raises `VectorIndexError`, `OSError`."""
    for name, expected in entry.files.items():
        file = folder / name
        if file.stat().st_size != expected.bytes or checksum(file) != expected.blake2b:
            raise VectorIndexError(f"{file} is damaged: its checksum differs from the manifest's")


def note_checked(folder: Path, entry: SegmentEntry) -> None:
    """Write down that the files were right as they lie there now. Raises `OSError`."""
    write_durably(folder / _NOTE, orjson.dumps(_identities(folder, entry)))


def is_noted(folder: Path, entry: SegmentEntry) -> bool:
    """Whether the files are those that were noted: not copied, replaced or written to since."""
    try:
        noted = orjson.loads((folder / _NOTE).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return bool(noted == _identities(folder, entry))


def read_through(folder: Path, entry: SegmentEntry) -> None:
    """Bring the files into the page cache, in order: a search that reads them in places would wait for each
    place. Raises `OSError`."""
    for name in entry.files:
        with (folder / name).open("rb", buffering=0) as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            buffer = bytearray(_SLICE)
            while opened.readinto(buffer):
                pass


def _identities(folder: Path, entry: SegmentEntry) -> dict[str, list[int]]:
    statuses = {name: (folder / name).stat() for name in sorted(entry.files)}
    return {name: [found.st_ino, found.st_size, found.st_mtime_ns] for name, found in statuses.items()}
