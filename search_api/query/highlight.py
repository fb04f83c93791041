"""Where the words of the question stand in a text.

Offsets count Unicode code points from 0, `end` exclusive: Python's string indexes. In JavaScript, whose
indexes count UTF-16 units, take them on ``Array.from(excerpt)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
    stemmer = stemmer_of(language)
    words = telling_words(terms, stemmer)
    wanted = {stem(word, stemmer) for word in words}
    inside = sorted({word for word in words if is_unspaced(word)}, key=len, reverse=True)
    return tuple(_scan(text, wanted, inside, stemmer))


def highlight(text: str, terms: Iterable[str], language: str | None = None) -> tuple[Span, ...]:
    """The spans to mark: the matches, with those that a single joining character parts made one."""
    spans: list[Span] = []
    for match in find_matches(text, terms, language):
        if spans and _joined(text[spans[-1].end : match.span.start]):
            spans[-1] = Span(spans[-1].start, match.span.end)
        else:
            spans.append(match.span)
    return tuple(spans)


def _scan(text: str, wanted: set[str], inside: list[str], stemmer: str) -> Iterator[Match]:
    for found in WORD.finditer(text):
        word = found.group()
        stemmed = stem(word, stemmer)
        if stemmed in wanted:
            yield Match(Span(found.start(), found.end()), stemmed)
        elif inside and is_unspaced(word):
            yield from _scan_unspaced(word, found.start(), inside)


def _scan_unspaced(run: str, offset: int, inside: list[str]) -> Iterator[Match]:
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
