"""Configured questions that mean what is asked: by their vectors, and by the words that tell their topic."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.access import AccessList, access_list
from search_api.query.confidence import Confidence
from search_api.query.words import stem, stemmer_of, telling_words
from settings.tuning.faq import FaqEntry

MOST_ANSWERS: Final = 2
"""Configured answers to one question."""
MEANING: Final = 0.65
"""What the cosine counts; the words count the rest."""
_CONFIDENCES: Final = ((0.9, Confidence.VERY_HIGH), (0.75, Confidence.HIGH), (0.55, Confidence.MEDIUM))
"""Lower bounds of what is asked nearly literally, in other words, and of what is likely meant. Below, nothing
is answered."""
_BY_WORDS_ALONE: Final = 0.8
"""Without a model the words must agree to this degree."""


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """A configured question that is asked, and how sure that is."""

    entry: FaqEntry
    confidence: Confidence


class FaqEntries:
    """All entries; `vectors` are those of their questions by the model of this key, shape (n, dimension)."""

    def __init__(
        self,
        entries: Sequence[FaqEntry],
        model_key: str | None = None,
        vectors: NDArray[np.float32] | None = None,
    ) -> None:
        self.entries: Final = entries
        self.model_key: Final = model_key
        self._vectors: Final = vectors
        lists = [access_list(entry.allow, entry.deny) for entry in entries]
        self._lists: Final[tuple[AccessList, ...]] = tuple(dict.fromkeys(lists))
        numbers = {each: number for number, each in enumerate(self._lists)}
        self._list_of: Final = np.array([numbers[each] for each in lists], np.int64)
        self._stems: Final = [_stems(entry.question, entry.language) for entry in entries]
        counts = Counter(word for words in self._stems for word in words)
        self._rarity: Final = {word: _rarity(len(entries), count) for word, count in counts.items()}
        self._unknown: Final = _rarity(len(entries), 0)
        self._holding: Final[defaultdict[tuple[str | None, str], list[int]]] = defaultdict(list)
        for number, words in enumerate(self._stems):
            for word in words:
                self._holding[entries[number].language, word].append(number)
        self._weights: Final = np.array([self._weight(words) for words in self._stems])
        self._in_language: Final = {
            language: np.array([entry.language == language for entry in entries])
            for language in dict.fromkeys(entry.language for entry in entries)
        }

    def matches(
        self, text: str, principals: frozenset[str], vector: NDArray[np.float32] | None
    ) -> tuple[FaqMatch, ...]:
        """The best entries that a caller may see; `vector` is the question's, by the same model."""
        allowed = [number for number, each in enumerate(self._lists) if each.permits(principals)]
        readable = np.isin(self._list_of, allowed)
        if not readable.any():
            return ()
        words = self._agreement(text)
        if vector is None or self._vectors is None:
            scores = np.where(words >= _BY_WORDS_ALONE, words, 0.0)
        else:
            scores = MEANING * (self._vectors @ vector) + (1.0 - MEANING) * words
        scores = np.where(readable, scores, 0.0)
        best = np.argsort(-scores, kind="stable")[:MOST_ANSWERS]
        return tuple(
            FaqMatch(self.entries[number], confidence)
            for number in best.tolist()
            if (confidence := _confidence(scores[number])) is not None
        )

    def _agreement(self, text: str) -> NDArray[np.float64]:
        """How far the telling words of each entry are those of a question: Dice's coefficient of their
        rarities, 0 to 1."""
        shared, asked = np.zeros(len(self.entries)), np.zeros(len(self.entries))
        for language, entries in self._in_language.items():
            words = _stems(text, language)
            asked[entries] = self._weight(words)
            for word in words:
                shared[self._holding.get((language, word), [])] += self._rarity.get(word, 0.0)
        total = asked + self._weights
        agreement: NDArray[np.float64] = 2.0 * shared / np.where(total > 0, total, 1.0)
        return agreement

    def _weight(self, words: Sequence[str]) -> float:
        return sum(self._rarity.get(word, self._unknown) for word in words)


def _stems(text: str, language: str | None) -> tuple[str, ...]:
    stemmer = stemmer_of(language)
    return tuple(dict.fromkeys(stem(word, stemmer) for word in telling_words([text], stemmer)))


def _rarity(total: int, count: int) -> float:
    return math.log1p((total - count + 0.5) / (count + 0.5))


def _confidence(score: float) -> Confidence | None:
    return next((confidence for bound, confidence in _CONFIDENCES if score >= bound), None)
