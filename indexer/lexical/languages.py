"""The languages whose words are stemmed, and how a question shows which of them it is written in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import tantivy

ENGLISH: Final = "en"
"""Whose stemmer also serves documents of an unknown language, or of one without a stemmer."""

STEMMERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
        "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian",
        "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
        "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    }
)  # fmt: skip
"""ISO 639-1 code → Snowball stemmer."""

_WITHOUT_STOP_WORDS: Final = frozenset({"arabic", "greek", "romanian", "tamil", "turkish"})

_ENGLISH_WORDS: Final = """
    a an the this that these those there here
    i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
    who whom whose which what when where why how
    am is are was were be been being do does did doing done have has had having
    can could shall should will would may might must
    and or but if nor so than then too very just also
    of in on at by for from to into onto with without within about between through during as
    not no s t re ll ve d m don doesn didn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn
"""
_FUNCTION_WORDS: Final = frozenset(_ENGLISH_WORDS.split())
"""Of English. They are indexed all the same, so that phrases find them."""


def stemming_language(language: str | None) -> str:
    """By which language's rules a document's words are stemmed."""
    return language if language is not None and language in STEMMERS else ENGLISH


def question_language(words: Sequence[str], languages: Collection[str]) -> str:
    """The one of `languages` most of whose function words stand in a question; English where none has more.

    A question is too short for anything subtler, and only its function words depend on the answer: stems
    are looked for in every language.
    """
    counts = {language: sum(is_function_word(word, language) for word in words) for language in languages}
    best = max(counts, key=counts.__getitem__, default=ENGLISH)
    english = sum(is_function_word(word, ENGLISH) for word in words)
    return best if counts.get(best, 0) > english else ENGLISH


@lru_cache(maxsize=20_000)
def is_function_word(word: str, language: str) -> bool:
    """Whether `word` says nothing about a question's topic."""
    if language == ENGLISH:
        return word.lower() in _FUNCTION_WORDS
    stopping = _stopping(STEMMERS[language])
    return stopping is not None and not stopping.analyze(word.lower())


@lru_cache(maxsize=len(STEMMERS))
def _stopping(stemmer: str) -> tantivy.TextAnalyzer | None:
    """What leaves nothing of a function word."""
    if stemmer in _WITHOUT_STOP_WORDS:
        return None
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stopword(stemmer)).build()
    )
