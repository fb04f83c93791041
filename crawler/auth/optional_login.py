"""Whether a page that anyone can read shows people who say who they are something else.

Pages differ between any two requests: tokens, times, counters. So the words that people see are compared, and
only those count that no answer to a stranger had, or all of them.
"""

from __future__ import annotations

import re
from typing import Final

from crawler.fetch.answer import Answer

_UNSEEN: Final = re.compile(rb"<(script|style|noscript)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def differ(known: Answer, stranger: Answer, stranger_again: Answer) -> bool:
    """Whether the answer to one with a login is another than both answers to a stranger."""
    if stranger.status != stranger_again.status:
        return False
    if known.status != stranger.status:
        return True
    if known.headers.get("location") != stranger.headers.get("location"):
        return True
    if known.body == stranger.body:
        return False
    words, once, twice = (_words(answer.body) for answer in (known, stranger, stranger_again))
    return bool(words - once - twice) or bool((once & twice) - words)


def _words(body: bytes) -> frozenset[str]:
    return frozenset(_WORD.findall(_UNSEEN.sub(b" ", body).decode("utf-8", "replace")))
