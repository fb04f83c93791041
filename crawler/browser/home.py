"""A home folder for one browser, which also goes when the run was killed: the next one removes it."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "sitelore-browser-"
_LOCK: Final = "in-use"
_YOUNG_SECONDS: Final = 60.0
"""A folder may be a moment old and not locked yet."""


@contextmanager
def browser_home(parent: Path | None = None) -> Iterator[Path]:
    """A folder inside the block; the system unlocks it when this process ends, however it ends."""
    parent = parent or Path(tempfile.gettempdir())
    remove_left_homes(parent)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent, ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        with (home / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield home


def remove_left_homes(parent: Path) -> None:
    """Remove the folders of runs that were killed, ours alone: others' cannot be opened."""
    for home in parent.glob(f"{PREFIX}*"):
        try:
            if time.time() - home.stat().st_mtime < _YOUNG_SECONDS:
                continue
            with (home / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(home, ignore_errors=True)
        except OSError:  # in use, another user's, or gone
            continue
