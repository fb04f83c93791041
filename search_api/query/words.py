"""Words and their stems: when a word of the text is a word of the question.

Words are compared without case and accents, and by their Snowball stem in the document's language, with the
very stemmers of the lexical index (tantivy), so that what is highlighted is what matched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Thai, Lao, Japanese, Chinese, Korean: scripts whose words are not parted by spaces (or carry suffixes)."""

_LANGUAGES: Final = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_WITH_STOP_WORDS: Final = frozenset(_LANGUAGES.values()) - {"arabic", "greek", "romanian", "tamil", "turkish"}


def fold(word: str) -> str:
    """Case and accents removed: "Élan" and "elan" are one word."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def is_unspaced(word: str) -> bool:
    """Whether the word is of a script in which a question's word stands amid a longer run of letters."""
    return _UNSPACED.search(word) is not None


def stemmer_of(language: str | None) -> str:
    """The Snowball stemmer for a language tag such as `de-AT`; English where there is none."""
    return _LANGUAGES.get((language or "en").split("-", 1)[0].lower(), "english")


@lru_cache(maxsize=50_000)
def stem(word: str, stemmer: str) -> str:
    """The folded stem of one word."""
    stems = _stemming(stemmer).analyze(word.lower())
    return fold(stems[0]) if stems else fold(word)


def telling_words(terms: Iterable[str], stemmer: str) -> tuple[str, ...]:
    """The words of a question that say what it is about: without "what", "is", "the", if others remain."""
    every = tuple(word for term in terms for word in _words(term))
    telling = tuple(word for word in every if not _is_stop_word(word, stemmer))
    return telling or every


def _words(term: str) -> Iterator[str]:
    return (match.group() for match in WORD.finditer(term))


@lru_cache(maxsize=10_000)
def _is_stop_word(word: str, stemmer: str) -> bool:
    language = stemmer if stemmer in _WITH_STOP_WORDS else "english"
    return not _stopping(language).analyze(word.lower())


@lru_cache(maxsize=32)
def _stemming(stemmer: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(stemmer)).build()


@lru_cache(maxsize=32)
def _stopping(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stopword(language)).build()
