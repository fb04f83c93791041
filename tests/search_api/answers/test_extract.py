"""Answers that a reader finds in passages: what is read, what is shown, and when nothing is."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.document import Document
from search_api.answers.extract import find_answers
from search_api.answers.found import present_answer
from search_api.answers.windows import WINDOW_CHARACTERS
from search_api.backend import Reads, ReadsNothing
from search_api.query.response import TextAnswer
from tests.search_api.answers.chunked import URL, Points, document, results, table, text_of

QUESTION = "Who approves travel by plane?"
POLICY = document(
    "Trips are booked by the travel desk. Travel by plane is approved by the head of the department. "
    "Trains need no approval.",
)


def answered(question: str, reader: Points, *pages: object) -> list[TextAnswer]:
    found = find_answers(question, results(question, *pages), reader)  # type: ignore[arg-type]
    return [present_answer(each) for each in found.answers]


def test_the_sentence_is_shown_and_the_short_answer_marked() -> None:
    (answer,) = answered(QUESTION, Points("the head of the department"), POLICY)

    assert answer.text == "Travel by plane is approved by the head of the department."
    (mark,) = answer.highlights
    assert answer.text[mark.start : mark.end] == "the head of the department"
    assert (answer.title, answer.url, answer.document_id) == ("Travel policy", URL, POLICY.id)
    assert answer.deep_link == f"{URL}#:~:text=Travel%20by%20plane%20is,head%20of%20the%20department."
    assert text_of(POLICY)[answer.start : answer.end] == answer.text


def test_what_the_reader_doubts_is_not_shown() -> None:
    assert answered(QUESTION, Points("the head of the department", margin=-20.0), POLICY) == []


def test_keywords_are_not_read_at_all() -> None:
    reader = Points("the head of the department")

    assert answered("travel plane approval", reader, POLICY) == []
    assert reader.read_texts == []


def test_keywords_are_answered_by_the_sentence_that_defines_them() -> None:
    page = document("A travel desk is a team of three people that books trips. It sits in Bergen.")

    (answer,) = answered("travel desk", Points(""), page)

    assert answer.text == "A travel desk is a team of three people that books trips."
    assert answer.confidence == "medium"


def test_another_language_is_answered_only_when_sure_and_never_as_high() -> None:
    page = document("Flugreisen genehmigt die Leitung der Abteilung.", language="de")
    question = "Wer genehmigt Flugreisen?"

    (answer,) = answered(question, Points("die Leitung der Abteilung"), page)
    assert answer.confidence == "medium"
    assert answered(question, Points("die Leitung der Abteilung", margin=1.5), page) == []


def test_passages_may_carry_an_answer_unless_the_reader_is_sure_of_the_contrary() -> None:
    german = document("Flugreisen genehmigt die Leitung.", language="de")
    sure_of_nothing = Points("nowhere")

    def carries(page: Document, reader: Reads) -> bool:
        return find_answers(QUESTION, results(QUESTION, page), reader).carries

    assert not carries(POLICY, sure_of_nothing)
    assert carries(POLICY, Points("the head of the department"))
    assert carries(german, sure_of_nothing), "it learned English"
    assert carries(POLICY, ReadsNothing()), "nothing was read"
    assert not find_answers(QUESTION, results(QUESTION), sure_of_nothing).carries


def test_a_second_document_is_read_only_where_the_first_leaves_doubt() -> None:
    sure, doubting = Points("manager 0"), Points("nowhere")
    pages = [
        document(f"Travel by plane is approved by manager {number}.", title=f"Policy {number}")
        for number in range(5)
    ]

    assert len(answered(QUESTION, sure, *pages)) == 1
    assert len(sure.read_texts) == 1
    assert answered(QUESTION, doubting, *pages) == []
    assert len(doubting.read_texts) == 2


def test_words_that_run_over_cells_or_lines_are_no_answer() -> None:
    page = document(table("Plan | Support", "Nest | by mail", "Colony | by telephone"))

    assert answered("Who gets which support?", Points("mail\nColony"), page) == []
    assert answered("Who gets which support?", Points("Nest | by mail"), page) == []


def test_the_header_row_of_a_table_is_no_answer() -> None:
    page = document("All our plans:", table("Plan | Price a month", "Nest | 9 euros", "Colony | 79 euros"))

    assert answered("Which plans are there?", Points("Price a month"), page) == []
    assert len(answered("Which plans are there?", Points("79 euros"), page)) == 1


def test_the_same_row_answers_once() -> None:
    page = document(table("City | Daily allowance", "Berlin | 28 euros a day", "Paris | 58 euros a day"))

    (answer,) = answered("What is the daily allowance for Berlin?", Points("28 euros"), page)

    assert answer.source == "table"


def test_only_a_few_sentences_are_read_those_that_say_what_is_asked() -> None:
    filler = "The canteen serves soup and salads from eleven in the morning on all working days. " * 8
    page = document(filler + "Travel by plane is approved by Ms Berg. " + filler)
    reader = Points("Ms Berg")

    (answer,) = answered(QUESTION, reader, page)

    assert answer.text == "Travel by plane is approved by Ms Berg."
    assert all(len(text) <= WINDOW_CHARACTERS for text in reader.read_texts)


WORDS = st.sampled_from(
    ["travel", "plane", "approved", "Ünïcode", "日本。", "a | b", "x\ny", "Who?", "😀", "."]
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=40).map(" ".join), min_size=1, max_size=4), WORDS)
def test_an_answer_always_stands_in_its_document_where_it_says(blocks: list[str], word: str) -> None:
    page = document(*blocks)

    for answer in answered(QUESTION, Points(word), page):
        assert text_of(page)[answer.start : answer.end] == answer.text
        assert all(0 <= mark.start < mark.end <= len(answer.text) for mark in answer.highlights)
