"""What can go wrong with a lexical index, and the one place where tantivy's errors are translated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_DAMAGE: Final = ("Data corrupt", "InvalidData", "FileDoesNotExist")
"""What tantivy's messages about files say that are cut short, gone, or hold something else."""
_NOT_WRITABLE: Final = (
    "ReadOnlyFilesystem",
    "PermissionDenied",
    "Read-only file system",
    "Permission denied",
)


class LexicalIndexError(Exception):
    """The lexical index could not be opened, read or written."""


class IncompatibleIndexError(LexicalIndexError):
    """The files were made by another version or for other `fields`: they must be built anew."""


class DamagedIndexError(LexicalIndexError):
    """The files are not what was written: they must be built anew."""


class IndexBusyError(LexicalIndexError):
    """Another process is writing to this index."""


@contextmanager
def translated(directory: Path) -> Iterator[None]:
    """Run tantivy calls on `directory`; it reports every failure as a ValueError or OSError."""
    try:
        yield
    except (ValueError, OSError) as error:
        if "LockBusy" in str(error):
            raise IndexBusyError(
                f"{directory}: another process is writing to this index; wait for it to end"
            ) from error
        if "No space left" in str(error):
            raise LexicalIndexError(
                f"{directory} cannot grow: the disk is full; free some space, then `indexer run` goes on"
            ) from error
        if "Worker thread failed" in str(error):  # tantivy says no more than that
            free = shutil.disk_usage(directory).free
            raise LexicalIndexError(
                f"{directory} could not be written to, and {free / 1e6:,.1f} MB are free on its disk: where "
                "the disk is full, free some space; `indexer run` goes on"
            ) from error
        if any(sign in str(error) for sign in _NOT_WRITABLE):
            raise LexicalIndexError(
                f"{directory} cannot be written to, or locked for reading: it is read-only or belongs to "
                "another user; make it writable"
            ) from error
        if any(sign in str(error) for sign in _DAMAGE):
            raise DamagedIndexError(
                f"{directory} is damaged ({str(error)[:200]}); `indexer rebuild` makes it anew"
            ) from error
        raise LexicalIndexError(
            f"{directory}: {error}; if the files are damaged, `indexer rebuild` makes them anew"
        ) from error
