"""How text becomes terms: the same analyzers when writing and when asking."""

from __future__ import annotations

from functools import cache
from typing import Final

import tantivy

from indexer.lexical.characters import comparable
from indexer.lexical.languages import ENGLISH, STEMMERS

WORDS: Final = "words"
"""The tokenizer of running text: letters and digits, lower case, stems, accents folded."""
EXACT: Final = "exact"
"""The tokenizer of terms that were made already, parted by spaces."""

LONGEST_TERM: Final = 100
"""Bytes; longer tokens are encoded data, not words."""


@cache
def words_analyzer(language: str = ENGLISH) -> tantivy.TextAnalyzer:
    """Running text in a language of `STEMMERS`; `max_connections` yields `max` and `connect`.

    The other languages' stemmers know their accents, so these are folded after stemming: "Häuser" and
    "Haus" yield `haus`. English has no accents of its own.
    """
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(LONGEST_TERM)).filter(tantivy.Filter.lowercase())
    stemmer = tantivy.Filter.stemmer(STEMMERS[language])
    if language == ENGLISH:
        return builder.filter(tantivy.Filter.ascii_fold()).filter(stemmer).build()
    return builder.filter(stemmer).filter(tantivy.Filter.ascii_fold()).build()


def folded(text: str) -> str:
    """A word in small letters and without accents, as stems are: "Élan" and "elan" become one."""
    return _folding().analyze(comparable(text))[0]


@cache
def _folding() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()


def register(index: tantivy.Index) -> None:
    """Make the tokenizers known to `index`; must precede any writing to it."""
    index.register_tokenizer(WORDS, words_analyzer())
    exact = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer(EXACT, exact.build())
