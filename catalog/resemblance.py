"""Whether two documents say nearly the same: by sketches (`extract.sketch`), and then by their words.

A sketch is 16 bytes, one for each of 16 points; the more of them two texts have in common, the more alike
they are. So that near copies are found without comparing with every document, four bytes of a sketch and the
document's outline (its title, headings and mapped fields) make a mark, and marks are looked up: of two
sketches that differ at no more than three points, one of four marks must be the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Final

from catalog.content import unpack_blocks

POINTS: Final = 16
MARKS: Final = 4

NEARLY_ALL: Final = POINTS - MARKS + 1
"""Points of two sketches that agree where the texts are nearly the same. With fewer, all marks may differ."""

MOSTLY: Final = 10
"""Points that agree where a page holds what the page holds that it calls its canonical one: other furniture
may stand around it."""

MOST_HIDDEN: Final = 20
"""Words that a near copy may have beyond its original, and its original beyond it: what a merge may hide."""

_FEWEST_SHARED: Final = 10
"""For each word that differs so many must be the same."""

_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")


def agreement(one: bytes, other: bytes) -> int:
    """At how many of 16 points two sketches agree."""
    return sum(map(int.__eq__, one, other))


def marks_of(outline: bytes, sketch: bytes) -> tuple[int, int, int, int]:
    """Four numbers (64 bits, signed), of which near copies with one outline have at least one in common."""
    width = POINTS // MARKS
    first, second, third, fourth = (
        int.from_bytes(
            hashlib.blake2b(
                bytes([place]) + sketch[place * width : (place + 1) * width], key=outline, digest_size=8
            ).digest(),
            signed=True,
        )
        for place in range(MARKS)
    )
    return first, second, third, fourth


def differ_little(one: bytes, other: bytes) -> bool:
    """Whether the words of two packed contents (`catalog.content`) are the same but for a few."""
    words, others = _words(one), _words(other)
    only, only_others = (words - others).total(), (others - words).total()
    most = min(MOST_HIDDEN, min(words.total(), others.total()) // _FEWEST_SHARED)
    return max(only, only_others) <= most


def _words(content: bytes) -> Counter[str]:
    return Counter(_WORD.findall("\n".join(block.text for block in unpack_blocks(content)).lower()))
