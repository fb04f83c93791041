"""Lists of words as regular expressions, regardless of case."""

from __future__ import annotations

import re


def any_of(*words: str) -> re.Pattern[str]:
    """Any of these expressions."""
    return re.compile("|".join(words), re.IGNORECASE)
