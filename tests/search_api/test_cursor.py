"""Cursors: they find their page again and are refused when damaged or borrowed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.question import Collapse, Comparison, Facet, Question, SortKey
from indexer.retrieval.ranking import MARK_BYTES
from search_api.query.cursor import MAX_CURSOR_CHARACTERS, decode_cursor, encode_cursor
from search_api.query.faults import InvalidQuestionError
from search_api.query.limits import MAX_SHOWN, MAX_TARGET_BYTES

QUESTION = Question("parental leave")
SHOWN = (b"first", b"other")


marks = st.binary(min_size=MARK_BYTES, max_size=MARK_BYTES)


@given(st.lists(marks, max_size=30), st.text(max_size=40))
def test_a_cursor_remembers_what_was_shown(shown: list[bytes], text: str) -> None:
    question = Question(text)
    assert decode_cursor(question, encode_cursor(question, shown)) == tuple(shown)


def test_the_cursor_of_the_last_page_fits_into_an_address() -> None:
    cursor = encode_cursor(QUESTION, SHOWN * (MAX_SHOWN // len(SHOWN)))
    assert len(cursor) <= MAX_CURSOR_CHARACTERS < MAX_TARGET_BYTES / 2


def test_page_size_and_facets_may_change_between_pages() -> None:
    cursor = encode_cursor(QUESTION, SHOWN)
    assert decode_cursor(replace(QUESTION, page_size=50, facets=(Facet("department"),)), cursor) == SHOWN


@pytest.mark.parametrize(
    "other",
    [
        Question("sick leave"),
        replace(QUESTION, sort=(SortKey("updated_at"),)),
        replace(QUESTION, collapse=Collapse("department", 3)),
        replace(QUESTION, filter=Comparison("department", "eq", "HR")),
        replace(QUESTION, principals=frozenset({"everyone", "user:eva"})),
    ],
)
def test_a_cursor_of_another_question_is_refused(other: Question) -> None:
    with pytest.raises(InvalidQuestionError, match="cursor: belongs to another question"):
        decode_cursor(other, encode_cursor(QUESTION, SHOWN))


@given(st.data())
def test_a_damaged_cursor_is_refused(data: st.DataObject) -> None:
    cursor = encode_cursor(QUESTION, SHOWN)
    position = data.draw(st.integers(0, len(cursor) - 1))
    character = data.draw(st.characters().filter(lambda character: character != cursor[position]))
    damaged = cursor[:position] + character + cursor[position + 1 :]
    with pytest.raises(InvalidQuestionError, match="is not a cursor: take `next` from the answer as it is"):
        decode_cursor(QUESTION, damaged)


@given(st.text(max_size=60))
def test_arbitrary_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidQuestionError):
        decode_cursor(QUESTION, text)


def test_a_cursor_remembers_no_more_than_may_be_shown() -> None:
    with pytest.raises(InvalidQuestionError, match="ask for the first page again"):
        decode_cursor(QUESTION, encode_cursor(QUESTION, [bytes(MARK_BYTES)] * (MAX_SHOWN + 1)))
