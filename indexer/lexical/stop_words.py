"""Which words of a question carry its topic, and which only make it a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from indexer.lexical.languages import ENGLISH, is_function_word

_OPENERS: Final = (
    "a an the what who whom whose which when where why how am is are was were do does did can could"
)
_QUESTION_OPENERS: Final = frozenset(_OPENERS.split())


def content_words(words: Sequence[str], language: str = ENGLISH) -> list[str]:
    """The words of a question in `language` that carry its topic, in their order and as typed.

    A function word stays where it is written in capitals within mixed case ("What is ANY?"), and where
    nothing else is left: then only the opening is dropped ("What is if?" asks about "if").
    """
    shouting = all(word.isupper() for word in words)
    kept = [word for word in words if not is_function_word(word, language) or _is_emphatic(word, shouting)]
    return kept or _without_opening(words)


def _is_emphatic(word: str, shouting: bool) -> bool:
    return len(word) > 1 and word.isupper() and not shouting


def _without_opening(words: Sequence[str]) -> list[str]:
    start = 0
    while start < len(words) - 1 and words[start].lower() in _QUESTION_OPENERS:
        start += 1
    return list(words[start:])
