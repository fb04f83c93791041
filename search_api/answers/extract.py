"""The answers that stand in what was found: cells of tables, definitions, and what the reader finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from indexer.reading.reading import Reading
from indexer.retrieval.question import Results
from search_api.answers.asked import is_question
from search_api.answers.calibration import confidence_of, may_carry, probability
from search_api.answers.definitions import definition
from search_api.answers.found import FoundAnswer
from search_api.answers.tables import CELL_BORDER, is_in_header, table_answer
from search_api.answers.windows import MOST_HITS, MOST_PASSAGES, Window, best_windows
from search_api.backend import Reads
from search_api.query.confidence import Confidence
from search_api.query.highlight import Span
from search_api.query.response import AnswerSource
from search_api.query.words import fold

MOST_ANSWERS: Final = 3
_MOST_READ: Final = 2
_SURE: Final = 2.0
"""The margin from which on one reading is enough."""
_AS_PROMISING: Final = 0.65
"""What else is read must promise so much of what the best window does. A second reading, of a third of the
judged questions, leaves 43 instead of 37 in 100 without an answer unanswered."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answers, best first; `carries` is whether the passages may hold one at all."""

    answers: tuple[FoundAnswer, ...] = ()
    carries: bool = False


def find_answers(text: str, results: Results, reader: Reads) -> Finding:
    """Up to three answers to a query from its results: none where none is likely enough to be right."""
    fitting = list(_fitting(text, results))
    if not is_question(text):
        return Finding(_distinct(fitting), bool(results.hits))
    read, carries = _read(text, results, reader)
    return Finding(_distinct([*fitting, *read]), bool(fitting) or carries)


def _fitting(text: str, results: Results) -> Iterator[FoundAnswer]:
    """What fits by its form: a cell, or for keywords a definition."""
    for hit in results.hits[:MOST_HITS]:
        for passage in hit.passages[:MOST_PASSAGES]:
            found = table_answer(text, hit, passage, results.terms)
            if found is None and not is_question(text):
                found = definition(text, hit, passage)
            if found is not None:
                yield found


def _read(text: str, results: Results, reader: Reads) -> tuple[list[FoundAnswer], bool]:
    """What the reader finds, the likeliest first, and whether there may be an answer, shown or not."""
    found: list[tuple[float, FoundAnswer | None]] = []
    carries = False
    windows = best_windows(results.hits, results.terms)[:_MOST_READ]
    for window in windows:
        if window.promise < _AS_PROMISING * windows[0].promise:
            break
        reading = reader.read(text, window.text)
        if reading is None:
            carries = True
            continue
        right = probability(reading.margin, window.passage.score)
        carries |= may_carry(right, window.hit.language)
        found.append((right, _answer(window, reading, right)))
        if reading.margin >= _SURE:
            break
    found.sort(key=lambda item: -item[0])
    likely = [answer for _, answer in found if answer is not None]
    shown = likely[:1] + [each for each in likely[1:] if each.confidence is not Confidence.LOW]
    return shown, carries


def _answer(window: Window, reading: Reading, right: float) -> FoundAnswer | None:
    """What was read as an answer; None where it is too unlikely, runs over lines or cells, or stands in the
    header row of a table."""
    confidence = confidence_of(right, window.hit.language)
    short = Span(window.span.start + reading.start, window.span.start + reading.end)
    words = window.passage.text[short.start : short.end]
    if confidence is None or "\n" in words or CELL_BORDER in words:
        return None
    if is_in_header(window.passage.text, short):
        return None
    text = _around(window, short)
    found = FoundAnswer(AnswerSource.EXTRACT, window.hit, window.passage, text, short, confidence)
    return (
        found if found.place.start >= window.passage.start else None
    )  # what a passage repeats stands elsewhere


def _around(window: Window, short: Span) -> Span:
    """The sentences that the short answer stands in."""
    touched = [each for each in window.sentences if each.start < short.end and short.start < each.end]
    return Span(min(short.start, touched[0].start), max(short.end, touched[-1].end)) if touched else short


def _distinct(answers: Iterable[FoundAnswer]) -> tuple[FoundAnswer, ...]:
    """The first of those that say the same, or say it in the same place."""
    told: list[FoundAnswer] = []
    for answer in answers:
        if not any(_is_same(answer, other) for other in told):
            told.append(answer)
    return tuple(told[:MOST_ANSWERS])


def _is_same(one: FoundAnswer, other: FoundAnswer) -> bool:
    if fold(one.short_text) == fold(other.short_text):
        return True
    is_near = one.hit.document_id == other.hit.document_id
    return is_near and one.place.start < other.place.end and other.place.start < one.place.end
