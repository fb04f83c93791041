"""One process writes the indexes at a time: a locked file that says who."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

logger = logging.getLogger(__name__)

WAIT_SECONDS: Final = 0.2
"""How often a waiting process looks again."""


class IndexerBusyError(Exception):
    """Another process writes the indexes; the message says which."""


class IndexerLock:
    """The right to write the indexes; the system takes it back from a process that dies."""

    def __init__(self, file: Path) -> None:
        self._path: Final = file
        self._file: TextIO | None = None

    def acquire(self, give_up: Callable[[], bool] = lambda: True) -> None:
        """Take the lock, waiting as long as `give_up` says no.

        Raises `IndexerBusyError` once it says yes while another process still holds the lock.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        waiting = False
        while not _locked(file):
            holder = _described(self._path)
            if give_up():
                file.close()
                raise IndexerBusyError(f"{holder} is writing the indexes: wait for it to end, or end it")
            if not waiting:
                logger.warning("%s is writing the indexes: waiting for it", holder)
                waiting = True
            time.sleep(WAIT_SECONDS)
        file.truncate(0)
        file.write(json.dumps({"process": os.getpid(), "host": platform.node()}))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let another process have it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def current_holder(file: Path) -> str | None:
    """The process that holds the lock now, in words."""
    if not file.exists():
        return None
    with file.open("a+") as opened:
        return None if _locked(opened) else _described(file)


def _described(file: Path) -> str:
    try:
        described = json.loads(file.read_text())
        return f"process {described['process']} on {described['host']}"
    except (ValueError, KeyError, FileNotFoundError):
        return "another process"


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
