"""Files of synonyms in Solr's format, as they are and with what may be wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.tuning.synonyms import MOST_TERMS, SynonymRule, parse_synonyms

FILE = Path("/etc/synonyms.txt")


def rules(text: str) -> list[tuple[tuple[str, ...], tuple[str, ...], str | None]]:
    parsed = parse_synonyms(text, FILE)
    assert parsed.faults == ()
    return [(rule.words, rule.alternatives, rule.language) for rule in parsed.entries]


def test_words_that_mean_the_same_stand_for_each_other() -> None:
    assert rules("vpn, remote access , tunnel") == [
        (("vpn", "remote access", "tunnel"), ("vpn", "remote access", "tunnel"), None)
    ]


def test_an_arrow_leads_from_the_words_before_it_to_those_after_it() -> None:
    assert rules("pto, days off => holiday, vacation") == [
        (("pto", "days off"), ("holiday", "vacation"), None)
    ]


def test_comments_and_empty_lines_are_no_rules() -> None:
    assert rules("# ours\n\n  # theirs: a, b\na, b\n") == [(("a", "b"), ("a", "b"), None)]


def test_a_backslash_takes_the_next_character_as_it_is() -> None:
    assert rules(r"a\,b, a\=>b, c\\d") == [(("a,b", "a=>b", "c\\d"),) * 2 + (None,)]


def test_a_comment_names_the_language_of_the_documents_that_the_lines_below_hold_for() -> None:
    assert [language for *_, language in rules("a, b\n# language: de\nc, d\n#language:en\ne, f")] == [
        None,
        "de",
        "en",
    ]
    assert parse_synonyms("a, b", FILE, "fr").entries[0].language == "fr"


def test_a_rule_knows_its_place() -> None:
    (rule,) = parse_synonyms("\n\na, b", FILE).entries
    assert rule.place == "synonyms.txt:3"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a, b\n\na, , c", 3, 4, "a word is missing here"),
        ("a, b,", 1, 5, "a word is missing here"),
        ("=> b", 1, 1, "a word is missing here"),
        ("a => b => c", 1, 11, "one arrow at most"),
        ("lonely", 1, 1, "needs two words"),
        ("same, same", 1, 1, "needs two words"),
        ("a,  +++", 1, 5, "`+++` holds no letter"),
        ("# language: german", 1, 1, "`german` is no language"),
        (f"a, {'b' * 201}", 1, 4, "201 characters"),
        (", ".join(f"w{number}" for number in range(MOST_TERMS + 1)), 1, 491, "at most 100"),
    ],
)
def test_a_fault_says_where_it_stands_and_what_to_do(text: str, line: int, column: int, message: str) -> None:
    parsed = parse_synonyms(text, FILE)
    assert [(fault.file, fault.line, fault.column) for fault in parsed.faults] == [(FILE, line, column)]
    assert message in parsed.faults[0].message


@given(st.text(alphabet="ab ,=>\\#\n:é中", max_size=60))
def test_any_text_yields_rules_or_faults_within_it(text: str) -> None:
    parsed = parse_synonyms(text, FILE)
    lines = text.split("\n")
    for fault in parsed.faults:
        assert 1 <= fault.column <= max(1, len(lines[fault.line - 1]) + 1)
    assert all(isinstance(rule, SynonymRule) and rule.words and rule.alternatives for rule in parsed.entries)
