"""Where the words of the question stand in a text.

Offsets count Unicode code points from 0, `end` exclusive: Python's string indexes. In JavaScript, whose
indexes count UTF-16 units, take them on ``Array.from(excerpt)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from search_api.query.words import WORD, fold, is_unspaced, stem, stemmer_of, telling_words

_JOINERS: Final = frozenset("_-'’./")
"""A single one of these between two highlighted words belongs to them: `max_connections`, `don't`."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: code points from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the text that the question has: `stem` tells which one."""

    span: Span
    stem: str


def find_matches(text: str, terms: Iterable[str], language: str | None = None) -> tuple[Match, ...]:
    """Every word of `text` whose stem is that of one of `terms`, in reading order, none overlapping.

    Stop words count only when the question has nothing else ("to be or not to be").
    """
    return tuple(_scan(text, _sought(tuple(terms), language)))


def highlight(text: str, terms: Iterable[str], language: str | None = None) -> tuple[Span, ...]:
    """The spans to mark: the matches, with those that a single joining character parts made one."""
    spans: list[Span] = []
    for match in find_matches(text, terms, language):
        if spans and _joined(text[spans[-1].end : match.span.start]):
            spans[-1] = Span(spans[-1].start, match.span.end)
        else:
            spans.append(match.span)
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What to look for: stems, and words that may stand inside a run of letters, the longest first."""

    stemmer: str
    stems: frozenset[str]
    inside: tuple[str, ...]


@lru_cache(maxsize=1_000)
def _sought(terms: tuple[str, ...], language: str | None) -> _Sought:
    """Kept, as one question is looked for in each passage that is shown."""
    stemmer = stemmer_of(language)
    words = telling_words(terms, stemmer)
    inside = sorted({word for word in words if is_unspaced(word)}, key=len, reverse=True)
    return _Sought(stemmer, frozenset(stem(word, stemmer) for word in words), tuple(inside))


def _scan(text: str, sought: _Sought) -> Iterator[Match]:
    stemmer, stems, inside = sought.stemmer, sought.stems, sought.inside
    for found in WORD.finditer(text):
        word = found.group()
        stemmed = stem(word, stemmer)
        if stemmed in stems:
            yield Match(Span(found.start(), found.end()), stemmed)
        elif inside and is_unspaced(word):
            yield from _scan_unspaced(word, found.start(), inside)


def _scan_unspaced(run: str, offset: int, inside: Sequence[str]) -> Iterator[Match]:
    """Occurrences of the question's words within one run of letters, the longest word first."""
    position = 0
    while position < len(run):
        word = next((word for word in inside if run.startswith(word, position)), None)
        if word is None:
            position += 1
        else:
            yield Match(Span(offset + position, offset + position + len(word)), fold(word))
            position += len(word)


def _joined(gap: str) -> bool:
    return not gap or gap in _JOINERS
