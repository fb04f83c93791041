"""What can be wrong with a catalog, in sentences; foreign exceptions become one of them at one table."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError


class CatalogError(Exception):
    """The catalog cannot be used as asked; the message says what was seen and what to do."""


class ShardDamagedError(CatalogError):
    """A shard file does not hold the bytes that the catalog says it holds."""


# What SQLite and PostgreSQL say, and what that means for the person who has to act. The first that is
# found in the driver's message counts; anything else is a defect of ours and passes unchanged.
_TRANSLATIONS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        ("readonly database", "is read-only: make the file and its folder writable for this user"),
        (
            "database is locked|database table is locked",
            "is locked by another process: wait for it, or end the process that holds the file open",
        ),
        (
            "file is not a database|malformed|file is encrypted",
            "is broken: it is not a readable SQLite file; restore a backup, or move it away and sync again",
        ),
        ("unable to open database", "cannot be opened: check that the folder exists and may be written"),
        ("disk is full|no space left", "cannot grow: the disk is full; free some space, then start again"),
        (
            "disk i/o error",
            "cannot be read or written: the disk is full or damaged, or a limit is reached (`ulimit -f`); "
            "nothing that was committed is lost",
        ),
        ("password authentication failed|no password supplied", "refuses the user name or password"),
        ('role ".*" does not exist', "does not know this user: create the role"),
        ('database ".*" does not exist', "does not exist on this server: create it with `createdb`"),
        ("permission denied", "denies this user what is needed: grant it CREATE on the database's schema"),
        (
            "could not translate host name|failed to resolve host|name or service not known",
            "lies on a host whose name cannot be resolved: check `store.database`",
        ),
        (
            "connection refused|connection timeout|no route to host|could not connect|connection failed"
            "|no such file or directory",
            "cannot be reached: is the server running and `store.database` right?",
        ),
        (
            "terminating connection|server closed the connection|connection is closed|starting up"
            "|shutting down|the connection is lost",
            "closed the connection: is the server still running?",
        ),
        ("deadlock detected", "was changed by two processes at cross purposes: try again"),
        ("too many (clients|connections)", "accepts no more connections: raise `max_connections`"),
    )
)


def translate(error: DBAPIError, name: str) -> CatalogError | None:
    """The `CatalogError` about the database `name` (shown without its password) that a driver's error
    means; None when the table knows no meaning."""
    message = str(error.orig)
    for pattern, sentence in _TRANSLATIONS:
        if pattern.search(message):
            return CatalogError(f"the catalog {name} {sentence} ({message.strip().splitlines()[0]})")
    return None


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise the driver's errors of the enclosed block as `CatalogError`, with their cause."""
    try:
        yield
    except DBAPIError as error:
        meaning = translate(error, name)
        if meaning is None:
            raise
        raise meaning from error


_FILE_FAULTS: Final[Mapping[int, str]] = {
    errno.ENOSPC: "the disk is full: free some space, then start again; what was done is kept",
    errno.EDQUOT: "this user's share of the disk is used up: free some space, then start again",
    errno.EFBIG: "the file grew to the limit for files (`ulimit -f`): raise it, then start again",
    errno.EROFS: "the file system is read-only: mount it writable, or set `store.directory`",
    errno.EACCES: "this user may not write there: change the owner or the mode of the folder",
    errno.EPERM: "this user may not write there: change the owner or the mode of the folder",
    errno.EIO: "the disk reports an error: look at the system's log, and restore a backup if files are lost",
    errno.EMFILE: "too many files are open: raise `ulimit -n`",
}


def file_fault(error: OSError, place: Path) -> CatalogError:
    """What a file operation's error means for the person who has to act; `place` is where it happened."""
    said = _FILE_FAULTS.get(error.errno or 0, f"the system says: {error.strerror or error}")
    return CatalogError(f"{error.filename or place} cannot be written: {said}")


@contextmanager
def file_errors(place: Path) -> Iterator[None]:
    """Raise the enclosed block's errors of files as `CatalogError`, with their cause."""
    try:
        yield
    except OSError as error:
        raise file_fault(error, place) from error
