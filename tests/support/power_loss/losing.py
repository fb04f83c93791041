"""A power failure, simulated on the files that killed processes left: what was not synced may be gone.

Modelled, from a record of every `os.fsync` of ours and every acknowledged commit (`sitecustomize`):

* a file of ours loses any part of what was appended after it was last synced, or the part becomes zeros;
* a file that was never synced, or whose entry in its folder was not, may be missing altogether;
* SQLite's log loses any part of what follows the last acknowledged commit and what was copied from it into
  the database, before which SQLite syncs it; its shared memory is gone.

Not modelled: writes of SQLite and tantivy within files (both sync by themselves what they promise), a rename
that is undone, and a disk that says that it synced and did not.
"""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.power_loss.wal import HEADER, copied, last_commit

FOLDER = Path(__file__).parent


@dataclass(slots=True)
class Record:
    """What is known to be on the disk: sizes of files, entries of folders, the last commit."""

    files: dict[int, int] = field(default_factory=dict)
    folders: dict[int, dict[str, int]] = field(default_factory=dict)
    commit: tuple[str, int] | None = None


def recording(log: Path) -> dict[str, str]:
    """The environment of a process whose syncs are to be recorded."""
    path = os.pathsep.join(filter(None, [str(FOLDER), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "SITELORE_FSYNC_LOG": str(log)}


def read_record(log: Path) -> Record:
    """The record of processes that have ended."""
    record = Record()
    for line in log.read_text().splitlines() if log.exists() else ():
        match json.loads(line):
            case ["file", _, inode, size]:
                record.files[inode] = size
            case ["folder", _, inode, entries]:
                record.folders[inode] = entries
            case ["commit", salts, end]:
                record.commit = (salts, end)
    return record


def lose_power(data: Path, log: Path, chance: random.Random) -> list[str]:
    """Take away what need not have reached the disk; say what was taken."""
    record = read_record(log)
    lost = []
    for file in sorted(path for path in data.rglob("*") if path.is_file() and not path.is_symlink()):
        if file.name == "catalog.db-wal":
            lost += _cut_log(file, record, chance)
        elif file.name.endswith("-shm"):
            continue
        elif not _is_others(file):
            lost += _cut(file, record, chance)
    for memory in data.rglob("*-shm"):
        memory.unlink()
    return lost


def _is_others(file: Path) -> bool:
    """Whether SQLite or tantivy writes it, whose syncs are not seen."""
    return ".db" in file.name or file.parent.name in {"passages", "documents"}


def _cut_log(log: Path, record: Record, chance: random.Random) -> list[str]:
    if record.commit is None:
        return []
    found = last_commit(log)
    kept = record.commit[1] if found is not None and found.salts == record.commit[0] else HEADER
    kept = max(kept, copied(log))
    size = log.stat().st_size
    if size <= kept:
        return []
    at = chance.randint(kept, size)
    os.truncate(log, at)
    unacknowledged = found is not None and found.end > at
    return [f"{log.name} cut at {at} of {size}" + (", a commit lost" if unacknowledged else "")]


def _cut(file: Path, record: Record, chance: random.Random) -> list[str]:
    status = file.stat()
    entries = record.folders.get(file.parent.stat().st_ino, {})
    synced = record.files.get(status.st_ino)
    if entries.get(file.name) != status.st_ino and synced is None and chance.random() < 0.5:
        file.unlink()
        return [f"{file.name} missing"]
    if status.st_size <= (synced or 0):
        return []
    at = chance.randint(synced or 0, status.st_size)
    os.truncate(file, at)
    if chance.random() < 0.5:
        os.truncate(file, status.st_size)  # the rest is there, as zeros
    return [f"{file.name} cut at {at} of {status.st_size}"]
