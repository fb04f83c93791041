"""Which documents stand first for a question, by files that operators write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from search_api.query.words import WORD, fold
from settings.tuning.featured import Featured, FeaturedDocument

MOST_FEATURED: Final = 10
"""Documents above the results of one question."""


class FeaturedEntries:
    """Entries found by the words of a question, however many entries there are."""

    def __init__(self, entries: Sequence[Featured]) -> None:
        self._entries: Final = entries
        self._by_query: Final[defaultdict[tuple[str, ...], list[int]]] = defaultdict(list)
        self._by_phrase: Final[defaultdict[str, list[tuple[tuple[str, ...], int]]]] = defaultdict(list)
        for number, entry in enumerate(entries):
            for query in entry.queries:
                self._by_query[_words(query)].append(number)
            for phrase in entry.phrases:
                if words := _words(phrase):
                    self._by_phrase[words[0]].append((words, number))

    def __bool__(self) -> bool:
        return bool(self._entries)

    def of(self, text: str, moment: datetime, principals: frozenset[str]) -> tuple[FeaturedDocument, ...]:
        """The documents for a question, in the order of the entries, each once."""
        found = sorted(set(self._numbers(_words(text))))
        shown = [entry for entry in map(self._entries.__getitem__, found) if entry.holds(moment, principals)]
        by_url = {document.url: document for entry in reversed(shown) for document in reversed(entry.results)}
        return tuple(reversed(by_url.values()))

    def _numbers(self, words: tuple[str, ...]) -> Iterator[int]:
        yield from self._by_query.get(words, ())
        for start, word in enumerate(words):
            for phrase, number in self._by_phrase.get(word, ()):
                if words[start : start + len(phrase)] == phrase:
                    yield number


def _words(text: str) -> tuple[str, ...]:
    """The words of `text` without case and accents."""
    return tuple(fold(word) for word in WORD.findall(text))
