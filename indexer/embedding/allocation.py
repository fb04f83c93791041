"""What one batch frees is the next one's memory: glibc would give it back to the kernel in between.

A batch makes and frees some tens of megabytes of activations, each a few megabytes large. By default glibc
maps such pieces anew each time, or cuts them off the end of its heap when they are free, and the kernel fills
every page with zeros again: 13,000 page faults and 73 instead of 51 ms for three passages of 185 tokens
(all-MiniLM-L6-v2, one core). See mallopt(3).
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_LARGEST_PIECE: Final = 32 * 2**20
"""The most that glibc takes for the size from which on a piece is mapped."""
_KEPT: Final = 64 * 2**20
"""Bytes that may stay free at the end of a heap, of which each thread has one: more than a batch needs."""


@cache
def keep_freed_memory() -> bool:
    """Have this process keep what batches free; whether its C library can be told so, as glibc can."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl, macOS: they have rules of their own
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_PIECE) and mallopt(_TRIM_THRESHOLD, _KEPT))
