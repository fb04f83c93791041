"""Which documents stand first for a question, by files that operators write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from search_api.query.words import WORD, fold, stem, stemmer_of
from settings.tuning.featured import Featured, FeaturedDocument

MOST_FEATURED: Final = 10
"""Documents above the results of one question."""


class FeaturedEntries:
    """Entries found by the words of a question, however many entries there are."""

    def __init__(self, entries: Sequence[Featured]) -> None:
        self._entries: Final = entries
        self._in_language: Final[defaultdict[str | None, _Asked]] = defaultdict(_Asked)
        for number, entry in enumerate(entries):
            asked = self._in_language[entry.language]
            for query in entry.queries:
                asked.by_query[_words(query, entry.language)].append(number)
            for phrase in entry.phrases:
                if words := _words(phrase, entry.language):
                    asked.by_phrase[words[0]].append((words, number))

    def __bool__(self) -> bool:
        return bool(self._entries)

    def of(self, text: str, moment: datetime, principals: frozenset[str]) -> tuple[FeaturedDocument, ...]:
        """The documents for a question, in the order of the entries, each once."""
        numbers = (asked.numbers(_words(text, language)) for language, asked in self._in_language.items())
        found = sorted(set(chain.from_iterable(numbers)))
        shown = [entry for entry in map(self._entries.__getitem__, found) if entry.holds(moment, principals)]
        by_url = {document.url: document for entry in reversed(shown) for document in reversed(entry.results)}
        return tuple(reversed(by_url.values()))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Entries by whole questions, and by the first word of phrases, all in one language."""

    by_query: defaultdict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    by_phrase: defaultdict[str, list[tuple[tuple[str, ...], int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def numbers(self, words: tuple[str, ...]) -> Iterator[int]:
        yield from self.by_query.get(words, ())
        for start, word in enumerate(words):
            for phrase, number in self.by_phrase.get(word, ()):
                if words[start : start + len(phrase)] == phrase:
                    yield number


def _words(text: str, language: str | None) -> tuple[str, ...]:
    """The words of `text` without case and accents; of a language that was named, their stems."""
    words = WORD.findall(text)
    return (
        tuple(map(fold, words))
        if language is None
        else tuple(stem(word, stemmer_of(language)) for word in words)
    )
