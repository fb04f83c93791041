"""Files of arrays, and the checksums of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def checksum(file: Path) -> str:
    """BLAKE2b-256 of a file, in hex; reading it once also brings it into the page cache."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def save_array(file: Path, array: NDArray[np.generic]) -> None:
    """Write an array in NumPy's own format."""
    with file.open("wb") as opened:
        np.save(opened, array, allow_pickle=False)
