"""Lists of words, to be looked for regardless of case."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(*words: str) -> re.Pattern[str]:
    """Any of these regular expressions: for texts of a few words."""
    return re.compile("|".join(words), re.IGNORECASE)


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether a text in lower case holds one of these: on a text of some length fifty times as fast."""
    return any(word in text for word in words)
