"""Sets of words, written as they are read."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for asking whether one is among them."""
    return frozenset(text.split())
