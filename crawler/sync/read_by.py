"""The mark by which a page was read (`reading_mark`), as all but its maker know it: bytes to be compared."""

from __future__ import annotations

from typing import Final

IDENTITY_BYTES: Final = 4
READING_BYTES: Final = 12
NO_MARK: Final = bytes(IDENTITY_BYTES + READING_BYTES)


def same_identity(mark: bytes, other: bytes) -> bool:
    """Whether two answers were asked for as the same one: then the validators of one count for the other."""
    return mark[:IDENTITY_BYTES] == other[:IDENTITY_BYTES]
