"""The shipped reader: what it finds, what it refuses, and how spans are chosen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.reading.opening import LazyReader
from indexer.reading.span_reader import LONGEST_ANSWER, SpanReader, likeliest_span

CANTEEN = "The canteen opens at 11:30 and closes at 14:00. It serves 400 people and is run by Tern Catering."


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When does the canteen open?", "11:30"),
        ("How many people does the canteen serve?", "400"),
        ("Who runs the canteen?", "Tern Catering"),
    ],
)
def test_the_words_that_answer_are_found(reader: SpanReader, question: str, answer: str) -> None:
    found = reader.read(question, CANTEEN)

    assert found is not None
    assert CANTEEN[found.start : found.end] == answer
    assert found.margin > 0


def test_what_a_text_does_not_say_is_doubted(reader: SpanReader) -> None:
    answered = reader.read("When does the canteen open?", CANTEEN)
    unanswered = reader.read("Who painted the ceiling of the chapel?", CANTEEN)

    assert answered is not None
    assert unanswered is not None
    assert unanswered.margin < 0 < answered.margin


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_text_without_words_says_nothing(reader: SpanReader, text: str) -> None:
    assert reader.read("Who?", text) is None


@given(st.text(max_size=300), st.text(max_size=1200))
def test_any_question_and_text_can_be_read(question: str, text: str) -> None:
    found = READER.read(question, text)

    assert found is None or 0 <= found.start <= found.end <= len(text)


READER = LazyReader()

SCORES = st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=40)


@given(SCORES, st.data(), st.floats(-50, 50))
def test_the_likeliest_span_is_the_best_of_all_that_are_short_enough(
    starts: list[float], data: st.DataObject, none: float
) -> None:
    ends = data.draw(st.lists(st.floats(-50, 50, width=32), min_size=len(starts), max_size=len(starts)))
    spans = [
        (first, last)
        for first in range(len(starts))
        for last in range(first, min(first + LONGEST_ANSWER, len(ends)))
    ]

    first, last, margin = likeliest_span(np.array(starts, np.float32), np.array(ends, np.float32), none)

    assert (first, last) in spans
    assert starts[first] + ends[last] == pytest.approx(max(starts[i] + ends[j] for i, j in spans), abs=1e-4)
    every = np.logaddexp.reduce([starts[i] + ends[j] for i, j in spans])
    assert margin == pytest.approx(every - 2 * none, abs=1e-3)
