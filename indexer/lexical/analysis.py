"""How text becomes terms: the same two analyzers when writing and when asking."""

from __future__ import annotations

from typing import Final

import tantivy

WORDS: Final = "words"
"""The tokenizer of running text: letters and digits, lower case, accents folded, English stems."""
WHOLE: Final = "whole"
"""The tokenizer of names as they are written: `max_connections`, `err-1234`, `std::vector`, `c++`."""

LONGEST_TERM: Final = 100
"""Characters; longer tokens are encoded data, not words."""

_WHOLE_PATTERN: Final = r"\w+(?:(?:::|->|[._:/+\-])\w+)*(?:\+\+|#)?"


def words_analyzer() -> tantivy.TextAnalyzer:
    """Running text; `max_connections` yields `max` and `connect`."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for token_filter in (
        tantivy.Filter.remove_long(LONGEST_TERM),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(token_filter)
    return builder.build()


def whole_analyzer() -> tantivy.TextAnalyzer:
    """Names whole and unstemmed: an inner `_`, `-`, `.`, `:`, `/`, `+`, `::` or `->` does not part them."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_WHOLE_PATTERN))
    for token_filter in (
        tantivy.Filter.remove_long(LONGEST_TERM),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
    ):
        builder = builder.filter(token_filter)
    return builder.build()


def register(index: tantivy.Index) -> None:
    """Make both analyzers known to `index`; must precede any writing to it."""
    index.register_tokenizer(WORDS, words_analyzer())
    index.register_tokenizer(WHOLE, whole_analyzer())
