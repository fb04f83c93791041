"""Words that a PDF parts at the ends of lines, made whole; pdfium marks each such hyphen with U+0002."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from extract.words import word_set

MARK: Final = "\x02"
_PARTED: Final = re.compile(rf"(\w*){MARK}\s*(\w*)")
_WORD: Final = re.compile(r"\w+")
_HYPHENATED: Final = re.compile(r"\w+-\w+")
_JOINING: Final = word_set("und oder bzw and or et ou y o e ed en of og och och i oraz lub ja tai")
"""What stands between `Ein-` and `Ausgang`."""
_SECOND_PARTS: Final = word_set(
    "aware based centric driven free friendly level like optimized optimised oriented related ready safe "
    "scale specific style term time type wide"
)
"""Second parts of English words that are written with a hyphen: `risk-based`."""
_SYLLABLE: Final = 4
"""Letters below which a part is a syllable, though a word may be as short: `ein-gezogen`."""


def made_whole(texts: Sequence[str]) -> list[str]:
    """The pages of one document without those marks, as `_Words` judges by the rest of it."""
    if not any(MARK in text for text in texts):
        return list(texts)
    words = _Words(texts)
    return [_PARTED.sub(words.whole, text) for text in texts]


class _Words:
    """The words of a document that stand whole, and those with a hyphen."""

    def __init__(self, texts: Sequence[str]) -> None:
        rest = [_PARTED.sub(" ", text).lower() for text in texts]
        self._known = frozenset(word for text in rest for word in _WORD.findall(text))
        self._hyphenated = frozenset(word for text in rest for word in _HYPHENATED.findall(text))

    def whole(self, found: re.Match[str]) -> str:
        """A parted word, with the hyphen where it belongs to it, else without."""
        before, after = found.groups()
        if after.lower() in _JOINING:
            return f"{before}- {after}"
        keeps = not (before and after) or not after[0].islower() or self._has_hyphen(before.lower(), after)
        return f"{before}-{after}" if keeps else before + after

    def _has_hyphen(self, before: str, after: str) -> bool:
        if f"{before}-{after}" in self._hyphenated:
            return True
        if before + after in self._known or min(len(before), len(after)) < _SYLLABLE:
            return False
        return before in self._known and (after in self._known or after in _SECOND_PARTS)
