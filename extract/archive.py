"""ZIP containers as strangers send them: opened only where the list of their members is of a sane size."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Final

UNREADABLE_ARCHIVE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    NotImplementedError,
    OSError,
    EOFError,
    ValueError,
)
"""What the standard library raises on a container that is broken, encrypted or packed in an unusual way."""
MOST_DIRECTORY_BYTES: Final = 4_000_000
"""Of the list of members: some 30,000 of them."""
_END_OF_DIRECTORY: Final = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT: Final = 65_535


def directory_bytes(body: bytes) -> int:
    """How long the list of members says it is (APPNOTE.TXT 4.3.16); 0 where there is none."""
    place = body.rfind(b"PK\x05\x06", max(0, len(body) - _LONGEST_COMMENT - _END_OF_DIRECTORY.size))
    if place < 0 or place + _END_OF_DIRECTORY.size > len(body):
        return 0
    size: int = _END_OF_DIRECTORY.unpack_from(body, place)[5]
    return size


def open_archive(body: bytes) -> zipfile.ZipFile | None:
    """The container; None where it cannot be read, or has more members than any document."""
    if directory_bytes(body) > MOST_DIRECTORY_BYTES:
        return None
    try:
        return zipfile.ZipFile(io.BytesIO(body))
    except UNREADABLE_ARCHIVE:
        return None
