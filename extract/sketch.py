"""A sketch of a text: 16 bytes by which its resemblance to another text can be told.

MinHash over pairs of neighbouring words (Broder, "On the resemblance and containment of documents", 1997), by
one permutation (Li, Owen and Zhang, "One permutation hashing", NIPS 2012): all pairs lie on a circle by their
hash, and each of 16 points on it takes the next pair. Two texts agree at a point with the probability that
is their resemblance: the share of all their pairs that both have.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.resemblance import POINTS

LONGEST: Final = 200_000
"""Bytes of a text that are looked at."""

Hashes = NDArray[np.uint64]

_NO_WORDS: Final = re.compile(r"\W+")  # dashes, quotes: the table below knows only those of ASCII
_PRIME: Final = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_POWERS: Final = np.cumprod(np.full(LONGEST, _PRIME, np.uint64))
_INVERSES: Final = np.cumprod(np.full(LONGEST, pow(_PRIME, -1, 1 << 64), np.uint64))
_BYTES: Final = np.arange(256)
_OF_WORDS: Final = (_BYTES >= 0x80) | np.array([chr(each).isalnum() for each in range(256)])
_TERMS: Final = np.where(_OF_WORDS, _BYTES + 1, 0).astype(np.uint64)  # what is no word adds nothing
# Chinese, Japanese and Korean are written without spaces: there each character begins a word.
_BEGINS_ALONE: Final = (_BYTES >= 0xE3) & (_BYTES <= 0xED)
_PLACES: Final = np.arange(POINTS, dtype=np.uint64) << np.uint64(64 - (POINTS - 1).bit_length())


def pairs_of(text: str) -> Hashes:
    """The hashes of all pairs of neighbouring words, each once, in order; of one word, that word's."""
    lower = text[:LONGEST].lower()
    if not lower.isascii():
        lower = _NO_WORDS.sub(" ", lower)
    octets = np.frombuffer(lower.encode("utf-8", "replace")[:LONGEST], np.uint8)
    is_word = _OF_WORDS[octets]
    begins = is_word & ~np.concatenate(([False], is_word[:-1])) | _BEGINS_ALONE[octets]
    starts = np.flatnonzero(begins)
    ends = np.concatenate((starts[1:], [len(octets)])).astype(np.intp)
    # The hash of bytes a..b is a difference of running sums, wherever they stand.
    terms = _TERMS[octets] * _POWERS[: len(octets)]
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms)))
    words = _mixed((sums[ends] - sums[starts]) * _INVERSES[starts])
    pairs = _mixed(words if len(words) < 2 else words[:-1] * np.uint64(_PRIME) + words[1:])
    pairs.sort()
    return pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(pairs) else pairs


def sketch(pairs: Hashes) -> bytes | None:
    """One byte for each of 16 points; None of a text without words."""
    if not len(pairs):
        return None
    nearest = np.searchsorted(pairs, _PLACES) % len(pairs)
    return bytes((pairs[nearest] & np.uint64(0xFF)).astype(np.uint8))


def _mixed(values: Hashes) -> Hashes:
    """Every bit of a value decides about every bit of its hash."""
    values = (values ^ (values >> np.uint64(32))) * _MIX
    values = (values ^ (values >> np.uint64(32))) * _MIX
    return values ^ (values >> np.uint64(32))
