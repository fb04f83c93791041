"""Which synonyms a question brings in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexical.query_text import parse_query_text
from indexer.lexical.thesaurus import MOST_ALTERNATIVES, Thesaurus
from settings.tuning.synonyms import parse_synonyms

FILE = Path("synonyms.txt")


def alternatives(rules: str, question: str) -> dict[str, tuple[str, ...]]:
    parsed = parse_synonyms(rules, FILE)
    assert parsed.faults == ()
    found = Thesaurus(parsed.entries).expansions(parse_query_text(question))
    return {each.words: each.alternatives for each in found}


@pytest.mark.parametrize(
    ("rules", "question", "expected"),
    [
        ("vpn, tunnel", "set up the VPN", {"vpn": ("tunnel",)}),
        ("vpn, tunnel", "tunnels", {"tunnel": ("vpn",)}),
        ("pto => vacation", "how much PTO", {"pto": ("vacation",)}),
        ("pto => vacation", "vacation", {}),
        ("time off => vacation", "any time off?", {"time off": ("vacation",)}),
        ("time off => vacation", "time is off", {}),
        ("vpn, tunnel\nvpn client, connector", "the vpn client", {"vpn client": ("connector",)}),
        ("vpn, tunnel\nvpn, wireguard", "vpn", {"vpn": ("tunnel", "wireguard")}),
        ("e-mail, electronic mail", "an E-Mail", {"e-mail": ("electronic mail",)}),
        ("c++, cpp", "vitamin C", {}),
        ("c++, cpp", "C++ compiler", {"c++": ("cpp",)}),
        (".net, dotnet", "the net salary", {}),
        ("東京, tokyo", "東京都庁", {"東京": ("tokyo",)}),
        ("café, bistro", "cafe", {"café": ("bistro",)}),
        ("a1, b1", "nothing of it", {}),
    ],
)
def test_the_longest_words_that_have_a_rule_bring_in_their_synonyms(
    rules: str, question: str, expected: dict[str, tuple[str, ...]]
) -> None:
    assert alternatives(rules, question) == expected


@pytest.mark.parametrize("question", ['"vpn" setup', "setup -vpn", '"the vpn"', 'remote "access"'])
def test_phrases_and_exclusions_are_taken_at_their_word(question: str) -> None:
    assert alternatives("vpn, tunnel\nremote access, ssh", question) == {}


def test_words_are_compared_by_the_rules_of_the_language_that_a_rule_is_for() -> None:
    rules = "# language: de\nHaus, Gebäude"
    assert alternatives(rules, "die Häuser") == {"Haus": ("Gebäude",)}


def test_what_one_question_brings_in_is_bounded() -> None:
    lines = "\n".join(f"w{n} => {', '.join(f'x{n}y{k}' for k in range(60))}" for n in range(5))
    found = alternatives(lines, " ".join(f"w{n}" for n in range(5)))
    assert sum(map(len, found.values())) == MOST_ALTERNATIVES


@given(st.lists(st.sampled_from(["a", "b", "c", "ab"]), max_size=6).map(" ".join))
def test_of_words_without_a_rule_nothing_comes(question: str) -> None:
    assert alternatives("vpn, tunnel", question) == {}
