"""Loaded by Python at its start where PYTHONPATH names this folder: notes what was brought to the disk.

One line of JSON each for a file (its device, inode and size when it was synced), for a folder (its entries),
and for a commit of the SQLite catalog that was acknowledged (the salts of its WAL and where its frames end).
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LOG = os.environ.get("SITELORE_FSYNC_LOG")
_real_fsync = os.fsync


def _note(*facts: object) -> None:
    assert _LOG is not None
    descriptor = os.open(_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps(facts).encode() + b"\n")  # one write: whole lines, whoever is killed
    finally:
        os.close(descriptor)


def _fsync(descriptor: int) -> None:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        entries = {entry.name: entry.inode() for entry in os.scandir(descriptor)}
        _real_fsync(descriptor)
        _note("folder", status.st_dev, status.st_ino, entries)
    else:
        _real_fsync(descriptor)
        _note("file", status.st_dev, status.st_ino, status.st_size)


def _note_commits() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from catalog.database import Catalog
    from tests.support.power_loss.wal import last_commit

    real_write = Catalog.write

    @contextmanager
    def write(self: Any) -> Iterator[Any]:
        with real_write(self) as connection:
            yield connection
        found = last_commit(f"{self.engine.url.database}-wal")
        if found is not None:
            _note("commit", found.salts, found.end)

    Catalog.write = write  # type: ignore[method-assign]


if _LOG is not None:
    os.fsync = _fsync  # type: ignore[assignment]
    if any(name in sys.orig_argv for name in ("crawler", "indexer.worker")):
        _note_commits()
