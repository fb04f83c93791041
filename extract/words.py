"""Sets of words, written as they are read; texts without what makes them read otherwise than they are."""

from __future__ import annotations

import re
from typing import Final

_DIRECTIONS: Final = "\u202a-\u202e\u2066-\u2069"
_UNSEEN: Final = re.compile(f"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_DIRECTIONS}]")


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for asking whether one is among them."""
    return frozenset(text.split())


def as_it_stands(text: str) -> str:
    """A title on one line, without control characters, and without embeddings, overrides and isolates of
    direction (Unicode Standard Annex 9), which can show a name that ends in `fdp.exe` as if it ended in
    `pdf`."""
    return " ".join(_UNSEEN.sub("", text).split())
