"""Another spelling: from words that the caller may read, and only where something is doubtful."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.retrieval.readable_words import ReadableWords
from search_api.suggest.spelling import corrected
from settings.access import EVERYONE
from tests.indexer.retrieval.library import Library, Part

PUBLIC = frozenset({EVERYONE})
BOARD = PUBLIC | {"group:board"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = Library(tmp_path_factory.mktemp("spelling"))
    made.add("https://i.example/leave", "You receive parental leave from the database of JavaScript.")
    made.add("https://i.example/data", "Data protection is a duty.", "The VPN of the café in Zürich.")
    made.add("https://i.example/de", Part("Für die Straße gilt eine Erstattung."), language="de")
    made.add("https://i.example/board", "The acquisition of Wernstrom.", allow=["group:board"])
    for number in range(50):
        made.add(f"https://i.example/{number}", f"The holiday allowance of team {number}.")
    made.add("https://i.example/typo", "An alowance, misspelled once.")
    made.publish()
    yield made
    made.close()


def spelled(library: Library, typed: str, principals: frozenset[str] = PUBLIC) -> str | None:
    def read(words: ReadableWords) -> str | None:
        return corrected(typed, words)

    return library.retriever().with_words(principals, read)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("recieve", "receive"),
        ("parentel leave", "parental leave"),
        ("How many days of parentel leave?", "How many days of parental leave?"),
        ("Parentl  leave in 2026", "Parental  leave in 2026"),
        ("dataprotection", "data protection"),
        ("data base", "database"),
        ("javasript", "JavaScript"),
        ("alowance", "allowance"),  # one document has it, fifty the other
        ("Strase", "Straße"),
        ("Erstatung", "Erstattung"),
        ("zurihc", "Zürich"),
        ("protekxion", "protection"),  # two edits
        ('"holliday allowance" -vpn', '"holiday allowance" -vpn'),
    ],
)
def test_what_was_meant_is_proposed(library: Library, typed: str, meant: str) -> None:
    found = spelled(library, typed)
    assert found is not None
    assert found.lower() == meant.lower()
    assert found == meant or typed[0].isupper() or meant[0].islower()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "receive",
        "receiving parental leaves",  # other forms of known words
        "cafe in Zurich",  # accents make no difference
        "max_conections",
        "getParentelLeave",
        "parentel.leave",
        "VPM",
        "E1234567",
        "東京都庁",
        "xqzwv kjhgf",  # near to nothing
        "-recieve leave",
        "department:recieve leave",
    ],
)
def test_what_is_known_or_no_ordinary_word_is_left_alone(library: Library, typed: str) -> None:
    assert spelled(library, typed) is None


def test_nobody_is_told_a_word_that_stands_only_in_what_they_may_not_read(library: Library) -> None:
    assert spelled(library, "Wernstrm") is None
    assert spelled(library, "acquisitoin") is None
    assert spelled(library, "acquisitoin", BOARD) == "acquisition"


def test_what_was_closed_since_it_was_indexed_is_not_told(tmp_path: Path) -> None:
    made = Library(tmp_path)
    name = made.add("https://i.example/plan", "The acquisition of dataprotection by data protection.")
    assert spelled(made, "acquisitoin") == "acquisition"
    made.give_access(name, ["group:board"])
    assert spelled(made, "acquisitoin") is None
    assert spelled(made, "dataprotecton") is None
    made.close()


def test_without_an_index_nothing_is_proposed(tmp_path: Path) -> None:
    empty = Library(tmp_path)
    assert spelled(empty, "recieve") is None
    empty.close()
