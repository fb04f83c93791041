"""The answers that stand in what was found: cells of tables, definitions, and what the reader finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.retrieval.question import Results
from search_api.answers.asked import is_question
from search_api.answers.calibration import CARRYING_PROBABILITY, Evidence, confidence_of, probability
from search_api.answers.definitions import definition
from search_api.answers.found import FoundAnswer, document_offset
from search_api.answers.tables import table_answer
from search_api.answers.windows import MOST_HITS, MOST_PASSAGES, Window, best_windows
from search_api.backend import Reads
from search_api.query.highlight import Span
from search_api.query.response import AnswerSource
from search_api.query.words import fold

MOST_ANSWERS: Final = 3
_AS_GOOD: Final = 0.9
"""Further windows are read where they say so much of what the best one says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answers, best first; `carries` is whether the passages may hold one at all."""

    answers: tuple[FoundAnswer, ...] = ()
    carries: bool = False


NOTHING: Final = Finding()


def find_answers(text: str, results: Results, reader: Reads) -> Finding:
    """Up to three answers to a query from its results: none where none is likely enough to be right."""
    fitting = list(_fitting(text, results))
    if not is_question(text):
        return Finding(_distinct(fitting), bool(results.hits))
    read, best = _read(text, results, reader)
    return Finding(_distinct([*fitting, *read]), bool(fitting) or best >= CARRYING_PROBABILITY)


def _fitting(text: str, results: Results) -> Iterator[FoundAnswer]:
    """What fits by its form: a cell, or for keywords a definition."""
    for hit in results.hits[:MOST_HITS]:
        for passage in hit.passages[:MOST_PASSAGES]:
            found = table_answer(text, hit, passage, results.terms)
            if found is None and not is_question(text):
                found = definition(text, hit, passage)
            if found is not None:
                yield found


def _read(text: str, results: Results, reader: Reads) -> tuple[list[FoundAnswer], float]:
    """What the reader finds, and how likely its best answer is right, shown or not."""
    found: list[FoundAnswer] = []
    windows = best_windows(results.hits, results.terms)[:MOST_ANSWERS]
    best = 0.0
    for window in windows:
        if window is not windows[0] and (not found or window.coverage < _AS_GOOD * windows[0].coverage):
            break
        reading = reader.read(text, window.text)
        if reading is None:
            continue
        right = probability(Evidence(reading.margin, window.coverage, window.passage.score))
        best = max(best, right)
        confidence = confidence_of(right, window.hit.language)
        if confidence is not None:
            short = Span(window.span.start + reading.start, window.span.start + reading.end)
            around = _around(window, short)
            if around.start + document_offset(window.passage) >= window.passage.start:
                found.append(
                    FoundAnswer(AnswerSource.EXTRACT, window.hit, window.passage, around, short, confidence)
                )
    return found, best


def _around(window: Window, short: Span) -> Span:
    """The sentences that the short answer stands in."""
    touched = [each for each in window.sentences if each.start < short.end and short.start < each.end]
    return Span(min(short.start, touched[0].start), max(short.end, touched[-1].end)) if touched else short


def _distinct(answers: Sequence[FoundAnswer]) -> tuple[FoundAnswer, ...]:
    """The first of those that say the same."""
    told: dict[str, FoundAnswer] = {}
    for answer in answers:
        told.setdefault(fold(answer.passage.text[answer.short.start : answer.short.end].strip()), answer)
    return tuple(told.values())[:MOST_ANSWERS]
