"""Cursors: they find their page again and are refused when damaged or borrowed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.question import Comparison, Question
from search_api.query.cursor import decode_cursor, encode_cursor
from search_api.query.faults import InvalidQuestionError
from search_api.query.limits import MAX_OFFSET

QUESTION = Question("parental leave")


@given(st.integers(0, MAX_OFFSET), st.text(max_size=40))
def test_a_cursor_leads_to_the_offset_that_it_was_made_for(offset: int, text: str) -> None:
    question = Question(text)
    assert decode_cursor(question, encode_cursor(question, offset)) == offset


def test_a_cursor_is_stable() -> None:
    assert encode_cursor(QUESTION, 10) == encode_cursor(Question("parental leave"), 10)


def test_page_size_and_facets_may_change_between_pages() -> None:
    cursor = encode_cursor(QUESTION, 10)
    assert decode_cursor(replace(QUESTION, page_size=50, facets=("department",)), cursor) == 10


@pytest.mark.parametrize(
    "other",
    [
        Question("sick leave"),
        replace(QUESTION, sort="-updated_at"),
        replace(QUESTION, filter=Comparison("department", "eq", "HR")),
        replace(QUESTION, principals=frozenset({"everyone", "user:eva"})),
    ],
)
def test_a_cursor_of_another_question_is_refused(other: Question) -> None:
    with pytest.raises(InvalidQuestionError, match="cursor: belongs to another question"):
        decode_cursor(other, encode_cursor(QUESTION, 10))


@given(st.data())
def test_a_damaged_cursor_is_refused(data: st.DataObject) -> None:
    cursor = encode_cursor(QUESTION, 20)
    position = data.draw(st.integers(0, len(cursor) - 1))
    character = data.draw(st.characters().filter(lambda character: character != cursor[position]))
    damaged = cursor[:position] + character + cursor[position + 1 :]
    with pytest.raises(InvalidQuestionError, match="is not a cursor: take `next` from the answer as it is"):
        decode_cursor(QUESTION, damaged)


@given(st.text(max_size=60))
def test_arbitrary_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidQuestionError):
        decode_cursor(QUESTION, text)


def test_a_cursor_cannot_lead_beyond_the_ranking() -> None:
    with pytest.raises(InvalidQuestionError, match="ask for the first page again"):
        decode_cursor(QUESTION, encode_cursor(QUESTION, MAX_OFFSET + 1))
