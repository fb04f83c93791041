"""Append-only shard files: bytes too large for the database, found again by shard, offset and length.

Nobody ever appends to a file that another writer began, so a tail torn by a crash stays what it is: bytes
that no row refers to. A writer locks the file it appends to (flock), which is how a vacuum tells a file in
use from one left behind.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from catalog.durable import make_durably, sync_folder
from catalog.errors import ShardDamagedError, file_errors

SHARD_BYTES: Final = 256 * 1024 * 1024
"""A writer begins a new file when its file has grown to this size."""

_SUFFIX: Final = ".shard"


@dataclass(frozen=True, slots=True)
class ShardPosition:
    """Where some bytes lie: the file's name, the first byte and how many."""

    shard: str
    offset: int
    length: int


def read_shard(folder: Path, position: ShardPosition) -> bytes:
    """The bytes at a position; raises `ShardDamagedError` when the file is gone or too short."""
    try:
        with (folder / position.shard).open("rb", buffering=0) as file:
            found = os.pread(file.fileno(), position.length, position.offset)
    except FileNotFoundError as error:
        raise ShardDamagedError(f"{folder / position.shard} is missing: restore it from a backup") from error
    if len(found) != position.length:
        raise ShardDamagedError(
            f"{folder / position.shard} holds {len(found)} of {position.length} bytes at {position.offset}: "
            "restore it from a backup"
        )
    return found


def shard_files(folder: Path) -> Iterator[Path]:
    """Every shard file of a folder, by name."""
    yield from sorted(folder.glob(f"*{_SUFFIX}"))


def in_use(file: Path) -> bool:
    """Whether a writer is appending to this file."""
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


class ShardWriter:
    """Appends to files of its own in one folder; for one thread at a time. The first append makes a file."""

    def __init__(self, folder: Path, shard_bytes: int = SHARD_BYTES) -> None:
        self._folder = folder
        self._shard_bytes = shard_bytes
        self._writer_id = secrets.token_hex(8)
        self._number = 0
        self._file: BinaryIO | None = None
        self._end = 0
        self._dirty = False

    def append(self, content: bytes) -> ShardPosition:
        """Write some bytes; another process can read them once this returns.

        Raises `CatalogError` when they cannot be written; what was written of them is a gap in the file.
        """
        with file_errors(self._folder):
            if self._file is None or self._end >= self._shard_bytes:
                self._begin_file()
            assert self._file is not None
            position = ShardPosition(self._name, self._end, len(content))
            rest = memoryview(content)
            self._dirty = True
            try:
                while rest:  # a disk that is nearly full takes a part, and refuses the next
                    written = self._file.write(rest)
                    self._end += written
                    rest = rest[written:]
            except OSError:
                self._end = self._shard_bytes  # nothing follows a torn row: the next begins a file
                raise
        return position

    def sync(self) -> None:
        """Bring everything appended to the disk; call it before the rows that refer to it are committed."""
        if self._dirty and self._file is not None:
            with file_errors(self._folder):
                os.fsync(self._file.fileno())
        self._dirty = False

    def close(self) -> None:
        """Sync and let the file go."""
        self.sync()
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _name(self) -> str:
        return f"{self._writer_id}-{self._number:06}{_SUFFIX}"

    def _begin_file(self) -> None:
        self.close()
        self._number += 1
        make_durably(self._folder)
        self._file = (self._folder / self._name).open("xb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_SH)
        self._end = 0
        sync_folder(self._folder)
