"""Where to read: of each document the few sentences that say most of what was asked, best first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.retrieval.question import Hit, Passage
from search_api.query.excerpt import split_sentences
from search_api.query.highlight import Match, Span, find_matches

MOST_HITS: Final = 5
MOST_PASSAGES: Final = 2
"""Of each of these hits."""
WINDOW_CHARACTERS: Final = 380
"""Some 80 tokens of English, which a processor core reads in about seven milliseconds."""
_RELEVANCE_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Window:
    """Whole sentences of a passage, those within `span`. `promise` is the share of what was asked that they
    say (each word by how rare it is among all sentences), with half of the passage's relevance."""

    hit: Hit
    passage: Passage
    span: Span
    sentences: tuple[Span, ...]
    promise: float

    @property
    def text(self) -> str:
        """What is to be read."""
        return self.passage.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    said: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    passage: Passage
    sentences: tuple[_Sentence, ...]


def best_windows(hits: Sequence[Hit], terms: Sequence[str]) -> tuple[Window, ...]:
    """One window of each of the first hits, the most promising first."""
    candidates = list(_candidates(hits, terms))
    worth = _worth(sentence for candidate in candidates for sentence in candidate.sentences)
    best: dict[str, Window] = {}
    for candidate in candidates:
        window = _window(candidate, worth)
        former = best.get(candidate.hit.document_id)
        if former is None or window.promise > former.promise:
            best[candidate.hit.document_id] = window
    return tuple(sorted(best.values(), key=lambda window: -window.promise))


def _candidates(hits: Sequence[Hit], terms: Sequence[str]) -> Iterator[_Candidate]:
    for hit in hits[:MOST_HITS]:
        for passage in hit.passages[:MOST_PASSAGES]:
            matches = find_matches(passage.text, terms, hit.language)
            sentences = tuple(_Sentence(span, _said(span, matches)) for span in split_sentences(passage.text))
            if sentences:
                yield _Candidate(hit, passage, sentences)


def _said(sentence: Span, matches: Iterable[Match]) -> frozenset[str]:
    """The words of the question that a sentence says."""
    return frozenset(match.stem for match in matches if sentence.start <= match.span.start < sentence.end)


def _worth(sentences: Iterable[_Sentence]) -> Mapping[str, float]:
    """What each word of the question counts: the rarer among the sentences, the more (Spärck Jones 1972)."""
    every = list(sentences)
    holding = Counter(stem for sentence in every for stem in sentence.said)
    return {stem: math.log(1 + len(every) / count) for stem, count in holding.items()}


def _window(candidate: _Candidate, worth: Mapping[str, float]) -> Window:
    """The best sentence with those neighbours that fit, the better side first."""
    sentences = candidate.sentences
    values = [sum(worth[stem] for stem in sentence.said) for sentence in sentences]
    first = last = max(range(len(values)), key=lambda place: values[place])
    while True:
        sides = [
            (values[place], place)
            for place in (first - 1, last + 1)
            if 0 <= place < len(sentences)
            and sentences[max(place, last)].span.end - sentences[min(place, first)].span.start
            <= WINDOW_CHARACTERS
        ]
        if not sides:
            break
        _, place = max(sides)
        first, last = min(first, place), max(last, place)
    chosen = sentences[first : last + 1]
    said = frozenset().union(*(sentence.said for sentence in chosen))
    coverage = sum(worth[stem] for stem in said) / (sum(worth.values()) or 1.0)
    return Window(
        candidate.hit,
        candidate.passage,
        Span(chosen[0].span.start, chosen[-1].span.end),
        tuple(sentence.span for sentence in chosen),
        coverage + _RELEVANCE_WEIGHT * candidate.passage.score,
    )
