"""What can go wrong with a lexical index, and the one place where tantivy's errors are translated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LexicalIndexError(Exception):
    """The lexical index could not be opened, read or written."""


class IncompatibleIndexError(LexicalIndexError):
    """The files were made by another version or for other `fields`: they must be built anew."""


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
        raise LexicalIndexError(
            f"{directory}: {error}; if the files are damaged, `indexer rebuild` makes them anew"
        ) from error
