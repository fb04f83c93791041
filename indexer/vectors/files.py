"""Files that are there entirely or not at all, and their checksums."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def checksum(file: Path) -> str:
    """BLAKE2b-256 of a file, in hex; reading it once also brings it into the page cache."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def write_durably(file: Path, content: bytes) -> None:
    """Replace `file` by `content` in one step: readers see the old or the new, also after a power loss."""
    temporary = file.with_name(f".{file.name}.tmp")
    with temporary.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    temporary.replace(file)
    sync_folder(file.parent)


def save_array(file: Path, array: NDArray[np.generic]) -> None:
    """Write an array in NumPy's own format."""
    with file.open("wb") as opened:
        np.save(opened, array, allow_pickle=False)


def sync_file(file: Path) -> None:
    """Bring a file's bytes to the disk."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
