"""SQLite's write-ahead log, as far as it takes to see where a commit ends.

Its format: sqlite.org/fileformat2.html#walformat.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from pathlib import Path

HEADER = 32
_FRAME = 24
_ATTEMPTED = 128
"""Where the shared memory tells how many frames a checkpoint began to copy (sqlite.org/walformat.html)."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The end in the file of the last commit since the log was begun anew; each beginning has other salts."""

    salts: str
    end: int
    before: int  # where the commit before it ends, or the header


def last_commit(file: str | Path) -> Commit | None:
    """The last commit of a log; None where there is none (or no log)."""
    try:
        with open(file, "rb") as log:
            header = log.read(HEADER)
            if len(header) < HEADER:
                return None
            page_size: int = struct.unpack(">I", header[8:12])[0]
            salts = header[16:24]
            end, before, place = 0, HEADER, HEADER
            while len(frame := log.read(_FRAME)) == _FRAME and frame[8:16] == salts:
                place += _FRAME + page_size
                if struct.unpack(">I", frame[4:8])[0]:  # the size of the database after a commit
                    end, before = place, end or HEADER
                log.seek(place)
    except FileNotFoundError:
        return None
    return Commit(salts.hex(), end, before) if end else None


def copied(log: Path) -> int:
    """Where the frames end that a checkpoint has begun to copy into the database: they were synced before."""
    memory = log.with_name(log.name.removesuffix("-wal") + "-shm")
    try:
        begun, header = memory.read_bytes(), log.read_bytes()[:HEADER]
    except FileNotFoundError:
        return HEADER
    if len(begun) < _ATTEMPTED + 4 or len(header) < HEADER:
        return HEADER
    if begun[32:40] != header[16:24]:
        return log.stat().st_size  # all of it is copied: the log is about to begin anew, with other salts
    frames = int.from_bytes(begun[_ATTEMPTED : _ATTEMPTED + 4], sys.byteorder)
    return HEADER + frames * (_FRAME + int(struct.unpack(">I", header[8:12])[0]))
