"""What stands above the results: answers, featured documents, other questions; without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.retrieval.question import Question
from search_api.query.confidence import Confidence
from search_api.query.request import Search
from search_api.query.response import (
    AnswerSource,
    FeaturedAnswer,
    Highlight,
    ScoreExplanation,
    ScorePart,
    SearchAnswer,
    Spelling,
    TextAnswer,
)
from search_api.web.addresses import PageAddress
from search_api.web.answer_view import view_answer
from search_api.web.explain_view import view_explanation
from search_api.web.view import ResultsView, view_results
from tests.search_api.company import FIELDS

SENTENCE = "Every parent takes up to 26 weeks of leave."


def answer(text: str = SENTENCE, *marks: tuple[int, int], **other: Any) -> TextAnswer:
    known: dict[str, Any] = {
        "source": AnswerSource.EXTRACT, "title": "Parental leave", "url": "https://a.example/leave/",
        "deep_link": "https://a.example/leave/#how", "document_id": "d" * 32, "start": 10, "end": 53,
        "confidence": Confidence.HIGH,
    }  # fmt: skip
    highlights = [Highlight(start=start, end=end) for start, end in marks]
    return TextAnswer(text=text, highlights=highlights, **{**known, **other})


def results(**parts: Any) -> ResultsView:
    found = {"total": 0, "took_ms": 1.0, "next": None, "results": [], "facets": {}, **parts}
    address = PageAddress("leave", (("department", "HR"),))
    return view_results(address, Search(Question("leave")), SearchAnswer(query_id="q", **found), FIELDS)


def test_a_short_answer_stands_on_its_own_and_its_sentence_beneath() -> None:
    view = view_answer(answer(SENTENCE, (25, 33)), "how long")
    assert view.short == "26 weeks"
    assert [segment.text for segment in view.segments if segment.marked] == ["26 weeks"]
    assert view.as_indexed == f"/documents/{'d' * 32}?q=how+long&start=10&end=53#passage"
    assert (view.level, view.sureness) == (3, "Likely right")


def test_a_whole_sentence_is_not_shown_twice() -> None:
    assert view_answer(answer(SENTENCE, (0, len(SENTENCE))), "q").short is None
    assert view_answer(answer(SENTENCE), "q").short is None


def test_an_unsure_answer_is_not_shouted() -> None:
    view = view_answer(answer(SENTENCE, (25, 33), confidence=Confidence.LOW), "q")
    assert (view.short, view.sureness) == (None, "Unsure")


def test_the_row_of_a_table_that_was_read_as_a_sentence_stands_without_bars() -> None:
    view = view_answer(answer("Nest | €9 | by mail", (7, 9), confidence=Confidence.LOW), "price")
    assert [segment.text for segment in view.segments] == ["Nest · ", "€9", " · by mail"]


def test_the_row_of_a_table_stands_in_its_cells() -> None:
    view = view_answer(answer("Germany | €32 | €16", (10, 13), source=AnswerSource.TABLE), "q")
    assert ["".join(segment.text for segment in cell) for cell in view.cells] == ["Germany", "€32", "€16"]
    assert [segment.text for cell in view.cells for segment in cell if segment.marked] == ["€32"]


@pytest.mark.parametrize(
    ("url", "href"),
    [("https://a.example/pay", "https://a.example/pay"), ("javascript:alert(1)", None), (None, None)],
)
def test_a_configured_answer_leads_to_its_page_if_it_has_one(url: str | None, href: str | None) -> None:
    given = answer(
        "On the 25th.", source=AnswerSource.FAQ, url=url, deep_link=None, document_id=None, start=None
    )
    view = view_answer(given, "q")
    assert (view.href, view.as_indexed, view.document_id) == (href, None, None)


def test_featured_documents_are_linked_only_where_they_may_be() -> None:
    def featured(url: str) -> FeaturedAnswer:
        return FeaturedAnswer(id="f" * 32, title="Travel\u202e", url=url, excerpt="")

    view = results(featured=[featured("https://a.example/"), featured("javascript:alert(1)")])
    assert [(each.title, each.href) for each in view.featured] == [
        ("Travel", "https://a.example/"),
        ("Travel", None),
    ]


def test_what_was_meant_keeps_the_filters_and_other_questions_do_not() -> None:
    view = results(
        spelling=Spelling(suggestion="parental leave"), suggestions=["leave in may"], related=["pay"]
    )
    assert view.spelling is not None
    assert view.spelling.href == "/?q=parental+leave&f.department=HR"
    assert [each.href for each in view.related] == ["/?q=leave+in+may", "/?q=pay"]


def test_who_cannot_see_is_told_of_answers_with_the_count() -> None:
    assert results(total=3, answers=[answer()]).announcement == "3 results, with an answer"
    assert results(total=3, answers=[answer(), answer()]).announcement == "3 results, with 2 answers"
    assert results(total=1).announcement == "1 result"
    assert results(total=7, groups=3).announcement == "7 results in 3 groups"


def test_the_bars_of_a_score_are_measured_against_the_widest() -> None:
    parts = [("dense", 0.5), ("boost", 0.25), ("limit", -0.25)]
    explanation = ScoreExplanation(
        parts=[
            ScorePart.model_validate({"name": name, "value": value, "detail": ""}) for name, value in parts
        ],
        words=[],
    )
    view = view_explanation(0.5, explanation)
    assert [(part.label, part.value, part.width, part.takes) for part in view.parts] == [
        ("Meaning", "+0.500", 100, False),
        ("Boost", "+0.250", 50, False),
        ("Limit", "-0.250", 50, True),
    ]
