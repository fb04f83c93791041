"""Highlights and excerpts: the right words, exact offsets, sentences whole where they fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query.excerpt import EXCERPT_CHARACTERS, make_excerpt, split_sentences
from search_api.query.highlight import highlight


def marked(text: str, question: str, language: str | None = "en") -> list[str]:
    return [text[span.start : span.end] for span in highlight(text, question.split(), language)]


@pytest.mark.parametrize(
    ("text", "question", "language", "expected"),
    [
        ("Connecting needs a connection.", "connections", "en", ["Connecting", "connection"]),
        ("LEAVE and Leave", "leave", "en", ["LEAVE", "Leave"]),
        ("The élan of cafés", "elan cafe", "en", ["élan", "cafés"]),
        ("This is the leave.", "is this the leave", "en", ["leave"]),
        ("To be or not to be", "to be or not to be", "en", ["To", "be", "or", "not", "to", "be"]),
        ("set max_connections to 2", "max_connections", "en", ["max_connections"]),
        ("Wir beantragen Urlaubstage", "beantrage die Urlaubstag", "de", ["beantragen", "Urlaubstage"]),
        ("Nos congés payés", "congé payé", "fr-CA", ["congés", "payés"]),
        ("東京都の休暇制度について", "休暇", "ja", ["休暇"]),
        ("𝔘nicode 🎈 leave", "leave", "en", ["leave"]),
        ("nothing here", "leave", None, []),
        ("", "leave", "en", []),
        ("leave", "", "en", []),
        ("leave", "?! --", "xx", []),
    ],
)
def test_words_of_the_question_are_found_with_their_stems(
    text: str, question: str, language: str | None, expected: list[str]
) -> None:
    assert marked(text, question, language) == expected


@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=5))
def test_spans_are_ordered_apart_and_inside_the_text(text: str, terms: list[str]) -> None:
    position = 0
    for span in highlight(text, terms):
        assert position <= span.start < span.end <= len(text)
        position = span.end


LONG = (
    "The office opens at eight. Visitors register at the desk. "
    + "Coffee is free on every floor, and so is tea. " * 5
    + "Parental leave lasts 26 weeks. It is fully paid. "
    + "Bicycles stand in the yard. " * 5
)


def test_the_excerpt_is_the_window_of_sentences_with_most_words_of_the_question() -> None:
    excerpt = make_excerpt(LONG, ["parental", "leave", "paid"])
    assert "Parental leave lasts 26 weeks. It is fully paid." in excerpt.text
    assert len(excerpt.text) <= EXCERPT_CHARACTERS
    assert "…" not in excerpt.text
    assert [excerpt.text[span.start : span.end] for span in excerpt.highlights] == [
        "Parental",
        "leave",
        "paid",
    ]
    assert LONG[excerpt.start :].startswith(excerpt.text[:20])


def test_without_a_match_the_excerpt_is_the_beginning() -> None:
    excerpt = make_excerpt(LONG, ["zebra"])
    assert excerpt.text.startswith("The office opens at eight.")
    assert excerpt.highlights == ()
    assert excerpt.start == 0


def test_a_sentence_too_long_is_cut_between_words_around_the_matches() -> None:
    text = "alpha beta " * 60 + "parental leave " + "gamma delta " * 60
    excerpt = make_excerpt(text, ["parental", "leave"])
    assert excerpt.text.startswith("… ")
    assert excerpt.text.endswith(" …")
    assert "parental leave" in excerpt.text
    assert set(excerpt.text.strip("… ").split()) <= {"alpha", "beta", "parental", "leave", "gamma", "delta"}
    assert len(excerpt.text) <= EXCERPT_CHARACTERS + 4


def test_a_single_endless_word_is_cut() -> None:
    assert len(make_excerpt("x" * 5_000, ["x"]).text) <= EXCERPT_CHARACTERS + 4


def test_line_breaks_of_the_passage_become_spaces() -> None:
    assert make_excerpt("One row | 1\nTwo rows | 2", ["rows"]).text == "One row | 1 Two rows | 2"


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_an_empty_passage_has_an_empty_excerpt(text: str) -> None:
    assert make_excerpt(text, ["leave"]).text == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It costs 3.50 € e.g. on Monday.", ["It costs 3.50 € e.g. on Monday."]),
        ('He said "go." Then he went.', ['He said "go."', "Then he went."]),
        ("Heading\n\nText of it.", ["Heading", "Text of it."]),
        ("今日は。明日は。", ["今日は。", "明日は。"]),
    ],
)
def test_sentences_end_where_readers_would_say(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in split_sentences(text)] == expected


@given(st.text(max_size=900), st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_an_excerpt_is_never_much_longer_than_its_width_and_its_highlights_fit(
    text: str, terms: list[str]
) -> None:
    excerpt = make_excerpt(text, terms)
    assert len(excerpt.text) <= EXCERPT_CHARACTERS + 4
    assert 0 <= excerpt.start <= len(text)
    for span in excerpt.highlights:
        assert 0 <= span.start < span.end <= len(excerpt.text)
