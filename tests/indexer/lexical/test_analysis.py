"""How text becomes terms."""

from __future__ import annotations

import pytest

from indexer.lexical.analysis import LONGEST_TERM, words_analyzer
from indexer.lexical.exact import exact_terms, forms
from indexer.lexical.query_text import parse_query_text
from indexer.lexical.terms import Stems, Terms, analyse


def test_running_text_is_lower_cased_folded_and_stemmed() -> None:
    assert words_analyzer().analyze("Naïve RUNNING max_connections") == ["naiv", "run", "max", "connect"]


@pytest.mark.parametrize(
    ("language", "words", "stem"),
    [
        ("de", "Häuser Haus Hauses", "haus"),
        ("de", "Straße Strasse Straßen", "strass"),
        ("de", "Urlaubstage Urlaubstag", "urlaubstag"),
        ("fr", "cheval chevaux", "cheval"),
        ("es", "canción canciones", "cancion"),
        ("ru", "книга книги", "книг"),
    ],
)
def test_each_language_has_its_own_stems(language: str, words: str, stem: str) -> None:
    assert set(words_analyzer(language).analyze(words)) == {stem}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("max_connections", {"max_connections"}),
        ("ERR-1234.", {"err-1234"}),
        ("std::vector<int>", {"std::vector", "int"}),
        ("C++ and C#", {"c++", "c#"}),
        (".NET (or ASP.NET)...", {".net", "asp.net"}),
        ("ptr->next", {"ptr->next"}),
        ("pg_catalog.pg_class, v1.2.3", {"pg_catalog.pg_class", "pg_catalog", "pg_class", "v1.2.3", "v1.2"}),
        ("3.11.2 on 192.168.0.1", {"3.11.2", "3.11", "192.168.0.1"}),
        ("/etc/hosts", {"etc/hosts", "hosts"}),
        ("me@example.org of AT&T", {"me@example.org", "example.org", "at&t"}),
        ("(end). Next", {"end", "next"}),
        ("Running café", {"running", "café"}),
        ("東京の max_wal", {"max_wal"}),
    ],
)
def test_names_stay_whole_and_unstemmed(text: str, terms: set[str]) -> None:
    assert exact_terms(text, "en").terms == terms


def test_a_whole_name_comes_before_the_names_that_it_holds() -> None:
    assert forms("pg_catalog.pg_class")[0] == "pg_catalog.pg_class"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("getUserById", {"get", "User", "By", "Id"}),
        ("HttpServletRequest", {"Http", "Servlet", "Request"}),
        ("JavaScript", set()),
        ("PostgreSQL", set()),
        ("iPhone", set()),
    ],
)
def test_camel_case_names_are_taken_apart_and_proper_names_are_not(name: str, parts: set[str]) -> None:
    assert set(exact_terms(name, "en").parts) == parts


def test_what_is_too_long_for_a_word_is_no_term() -> None:
    assert words_analyzer().analyze("a" * LONGEST_TERM) == []
    assert exact_terms("a" * (LONGEST_TERM + 1) + " b", "en").terms == {"b"}


def test_a_question_is_analysed_into_stems_names_and_neighbours() -> None:
    assert analyse(parse_query_text("What is the max_connections parameter?")) == Terms(
        stems=("max", "connect", "paramet"),
        exact=("max_connections", "parameter"),
        pairs=(("max", "connect"), ("connect", "paramet")),
        joined=("maxconnect", "connectionsparamet"),
    )


def test_a_word_that_is_asked_for_twice_counts_once() -> None:
    asked = analyse(parse_query_text("lock locks locking"))
    assert (asked.stems, asked.exact, asked.pairs) == (("lock",), ("lock", "locks", "locking"), ())


def test_only_so_many_words_of_an_endless_question_count() -> None:
    assert len(analyse(parse_query_text(" ".join(f"word{n}" for n in range(5000)))).stems) == 200


def test_a_question_is_looked_for_in_the_stems_of_every_language_of_the_index() -> None:
    asked = analyse(parse_query_text("Wie alt sind die Häuser?"), ["de"])
    assert asked.stems == ("alt", "hauser")
    assert asked.foreign == (Stems("de", ("haus",), (("alt", "haus"),)),)


def test_function_words_are_those_of_the_questions_language() -> None:
    asked = analyse(parse_query_text("Wie viel Urlaub habe ich"), ["de"])
    assert asked.stems == ("urlaub",)
    assert analyse(parse_query_text("Wie viel"), []).stems == ("wie", "viel")
