"""Which words of a question carry its topic, and which only make it a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_FUNCTION_WORDS: Final = """
    a an the this that these those there here
    i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
    who whom whose which what when where why how
    am is are was were be been being do does did doing done have has had having
    can could shall should will would may might must
    and or but if nor so than then too very just also
    of in on at by for from to into onto with without within about between through during as
    not no s t re ll ve d m don doesn didn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn
"""
STOP_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
"""English function words. They are indexed all the same, so that phrases find them."""

_OPENERS: Final = (
    "a an the what who whom whose which when where why how am is are was were do does did can could"
)
_QUESTION_OPENERS: Final = frozenset(_OPENERS.split())


def content_words(words: Sequence[str]) -> list[str]:
    """The words of a question that carry its topic, in their order and as typed.

    A function word stays where it is written in capitals within mixed case ("What is ANY?"), and where
    nothing else is left: then only the opening is dropped ("What is if?" asks about "if").
    """
    shouting = all(word.isupper() for word in words)
    kept = [word for word in words if word.lower() not in STOP_WORDS or _is_emphatic(word, shouting)]
    return kept or _without_opening(words)


def _is_emphatic(word: str, shouting: bool) -> bool:
    return len(word) > 1 and word.isupper() and not shouting


def _without_opening(words: Sequence[str]) -> list[str]:
    start = 0
    while start < len(words) - 1 and words[start].lower() in _QUESTION_OPENERS:
        start += 1
    return list(words[start:])
