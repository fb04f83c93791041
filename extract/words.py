"""Sets of words, written as they are read; texts without what makes them read otherwise than they are."""

from __future__ import annotations

import re
from typing import Final

_DIRECTIONS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for asking whether one is among them."""
    return frozenset(text.split())


def as_it_stands(text: str) -> str:
    """A title without embeddings, overrides and isolates of direction (Unicode Standard Annex 9), which can
    show a name that ends in `fdp.exe` as if it ended in `pdf`."""
    return _DIRECTIONS.sub("", text)
