"""Answers from tables: the cell at the named row and column, or none."""

from dataclasses import replace

import pytest

from catalog.document import Document
from indexer.retrieval.question import Results
from search_api.answers.extract import find_answers
from search_api.answers.found import present_answer
from search_api.backend import ReadsNothing
from search_api.query.response import AnswerSource, TextAnswer
from tests.search_api.answers.chunked import URL, document, results, table, text_of

RATES = document(
    "These rates hold for all trips.",
    table(
        "City | Daily allowance | Hotel limit",
        "Berlin | 28 € | 140 €",
        "Paris | 58 € | 190 €",
        "New York | 66 € | 310 €",
    ),
)


def asked(question: str, page: Document = RATES) -> list[TextAnswer]:
    return asked_of(question, results(question, page))


def asked_of(question: str, found: Results) -> list[TextAnswer]:
    return [present_answer(each) for each in find_answers(question, found, ReadsNothing()).answers]


def short(answer: TextAnswer) -> str:
    (mark,) = answer.highlights
    return answer.text[mark.start : mark.end]


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("What is the daily allowance for Berlin?", "28 €"),
        ("How much is the hotel limit in New York?", "310 €"),
        ("hotel limit paris", "190 €"),
        ("daily allowances in Paris", "58 €"),
    ],
)
def test_a_cell_answers_by_its_row_and_its_column(question: str, cell: str) -> None:
    (answer,) = asked(question)

    assert short(answer) == cell
    assert answer.source is AnswerSource.TABLE
    assert answer.confidence == "high"
    assert answer.deep_link == URL, "a row is no run of words on the page: no text can be looked for"


@pytest.mark.parametrize(
    "question",
    [
        "What is the daily allowance?",  # no row
        "Berlin",  # no column
        "What is the daily allowance for Rome?",
        "Who approves the hotel in Berlin for contractors?",  # hardly what the table says
        "What is the daily allowance for Berlin or Paris?",  # two rows
    ],
)
def test_a_question_that_names_no_single_cell_has_no_answer(question: str) -> None:
    assert asked(question) == []


def test_a_question_for_a_number_is_not_answered_by_words() -> None:
    page = document(table("Room | Seats | Booking", "Heron | twelve | by phone", "Otter | 8 | online"))

    assert [short(each) for each in asked("How many seats has the room Otter?", page)] == ["8"]
    assert asked("How many seats has the room Heron?", page) == []


def test_a_table_of_two_columns_needs_no_name_for_its_second() -> None:
    page = document(table("Setting | Value", "Session timeout | 30 minutes", "Retry limit | 5"))

    assert [short(each) for each in asked("What is the session timeout?", page)] == ["30 minutes"]


def test_offsets_count_in_the_document_also_in_a_passage_that_repeats_the_header_row() -> None:
    rows = [
        f"Town number {number} on the river | {number - 170} € | {number + 100} €"
        for number in range(200, 300)
    ]
    page = document("Rates.", table("Town | Daily allowance | Hotel limit", *rows))
    question = "What is the daily allowance for town 270?"
    found = results(question, page)
    passages = found.hits[0].passages
    holding = next(each for each in passages if "number 270" in each.text)
    assert holding.text.startswith("Town | Daily allowance"), "the passage repeats the header row"
    hit = replace(found.hits[0], passages=(holding,))

    (answer,) = asked_of(question, replace(found, hits=(hit,)))

    assert short(answer) == "100 €"
    assert answer.start is not None
    assert text_of(page)[answer.start : answer.end] == answer.text
