"""What a person typed, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexical.query_text import QueryText, parse_query_text
from indexer.lexical.stop_words import content_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", QueryText("plain words", unquoted=("plain words",))),
        ('"exact phrase" here', QueryText("exact phrase here", ("exact phrase",), (), ("here",))),
        (
            "„deutsche“ und «french» quotes",
            QueryText("deutsche und french quotes", ("deutsche", "french"), (), ("und", "quotes")),
        ),
        ("cats -dogs", QueryText("cats", (), ("dogs",), ("cats",))),
        ('cats -"big dogs"', QueryText("cats", (), ("big dogs",), ("cats",))),
        ("well-known", QueryText("well-known", unquoted=("well-known",))),
        ("git --help", QueryText("git --help", unquoted=("git --help",))),
        ("3 - 4", QueryText("3 4", unquoted=("3 4",))),
        ('an open " quote', QueryText("an open quote", unquoted=("an open quote",))),
        ('say"hello world"now', QueryText("say hello world now", ("hello world",), (), ("say", "now"))),
        ('"" - --', QueryText("")),
    ],
)
def test_phrases_and_exclusions_are_honoured_and_the_rest_is_plain(text: str, expected: QueryText) -> None:
    assert parse_query_text(text) == expected


def test_the_words_of_phrases_count_as_words_too_and_contractions_lose_their_tail() -> None:
    assert parse_query_text('what\'s "shared buffers" in the server’s memory?').words == (
        "what",
        "shared",
        "buffers",
        "in",
        "the",
        "server",
        "memory",
    )


def test_a_question_without_any_word_is_blank() -> None:
    assert parse_query_text(' "?" -- ').is_blank
    assert parse_query_text("-only").is_blank
    assert not parse_query_text("the").is_blank


@given(st.text(max_size=60))
def test_every_text_can_be_taken_apart_and_loses_no_word_that_is_not_excluded(text: str) -> None:
    parsed = parse_query_text(text)
    if not parsed.excluded:
        assert set(parsed.words) <= set(parse_query_text(parsed.natural).words)


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("What is a checkpoint?", ["checkpoint"]),
        ("How do I set up replication", ["set", "up", "replication"]),
        ("What is ANY?", ["ANY"]),
        ("WHAT IS A LOCK", ["LOCK"]),
        ("What is if?", ["if"]),
        ("What is the with statement?", ["statement"]),
        ("to be or not to be", ["to", "be", "or", "not", "to", "be"]),
        ("what is", ["is"]),
        ("Where is my IT department", ["IT", "department"]),
        ("", []),
    ],
)
def test_only_the_words_that_carry_the_topic_are_looked_for(question: str, content: list[str]) -> None:
    assert content_words(parse_query_text(question).words) == content


@pytest.mark.parametrize(
    ("language", "question", "content"),
    [
        ("de", "Wie viele Urlaubstage habe ich", ["viele", "Urlaubstage"]),
        ("fr", "Combien de jours de congé", ["Combien", "jours", "congé"]),
        ("tr", "Kaç gün izin var mı", ["gün", "izin"]),
        ("ro", "Câte zile de concediu am", ["zile", "concediu"]),
        ("el", "Πόσες ημέρες άδειας έχω", ["Πόσες", "ημέρες", "άδειας"]),
        ("ar", "كم يوم إجازة", ["يوم", "إجازة"]),
        ("ta", "எத்தனை நாட்கள் விடுமுறை", ["நாட்கள்", "விடுமுறை"]),
    ],
)
def test_each_language_has_function_words_of_its_own(
    language: str, question: str, content: list[str]
) -> None:
    assert content_words(parse_query_text(question).words, language) == content


def test_vowel_signs_part_no_word() -> None:
    assert parse_query_text("डेटाबेस கணினி").words == ("डेटाबेस", "கணினி")
