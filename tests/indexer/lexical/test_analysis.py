"""How text becomes terms."""

from __future__ import annotations

import pytest

from indexer.lexical.analysis import LONGEST_TERM, whole_analyzer, words_analyzer
from indexer.lexical.queries import Terms, analyse
from indexer.lexical.query_text import parse_query_text


def test_running_text_is_lower_cased_folded_and_stemmed() -> None:
    assert words_analyzer().analyze("Naïve RUNNING max_connections") == ["naiv", "run", "max", "connect"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("max_connections", ["max_connections"]),
        ("ERR-1234.", ["err-1234"]),
        ("std::vector<int>", ["std::vector", "int"]),
        ("C++ and C#", ["c++", "and", "c#"]),
        ("ptr->next", ["ptr->next"]),
        ("pg_catalog.pg_class, v1.2.3", ["pg_catalog.pg_class", "v1.2.3"]),
        ("/etc/hosts", ["etc/hosts"]),
        ("(end). Next", ["end", "next"]),
        ("running", ["running"]),
    ],
)
def test_names_stay_whole_and_unstemmed(text: str, terms: list[str]) -> None:
    assert whole_analyzer().analyze(text) == terms


def test_what_is_too_long_for_a_word_is_no_term() -> None:
    assert words_analyzer().analyze("a" * LONGEST_TERM) == []
    assert whole_analyzer().analyze("a" * (LONGEST_TERM + 1) + " b") == ["b"]


def test_a_question_is_analysed_into_stems_names_and_neighbours() -> None:
    assert analyse(parse_query_text("What is the max_connections parameter?")) == Terms(
        stems=("max", "connect", "paramet"),
        whole=("max_connections", "parameter"),
        pairs=(("max", "connect"), ("connect", "paramet")),
    )


def test_a_word_that_is_asked_for_twice_counts_once() -> None:
    assert analyse(parse_query_text("lock locks locking")) == Terms(
        ("lock",), ("lock", "locks", "locking"), ()
    )


def test_only_so_many_words_of_an_endless_question_count() -> None:
    assert len(analyse(parse_query_text(" ".join(f"word{n}" for n in range(5000)))).stems) == 200
