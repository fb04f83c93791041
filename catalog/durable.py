"""Folders and small files that are there after a power failure, too: what is made is brought to the disk."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk: a new file outlives a power failure only when its entry does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durably(folder: Path) -> None:
    """Make a folder and those above it, and the entry of each; nothing happens where it is there.

    Raises OSError.
    """
    missing = []
    above = folder.absolute()
    while not above.exists():
        missing.append(above)
        above = above.parent
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        sync_folder(made.parent)


def write_durably(file: Path, content: bytes) -> None:
    """Replace a file in one step: it has the old content or the new, also after a power failure.

    Raises OSError.
    """
    temporary = file.with_name(f".{file.name}.tmp")
    with temporary.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    temporary.replace(file)
    sync_folder(file.parent)


def sync_file(file: Path) -> None:
    """Bring a file's bytes to the disk."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
