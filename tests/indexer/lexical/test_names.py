"""Names of code, files and versions: asked for as they are written, plainly or in quotation marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.lexical.reader import LexicalSnapshot
from indexer.lexical.writer import LexicalWriter
from settings.fields import BUILT_IN_FIELDS
from tests.indexer.lexical.support import Text, ask, document, holding, snapshot

TEXTS = (
    "use max_connections here",
    "the max connections",
    "ERR-1234 occurred",
    "error 1234",
    "a std::vector of int",
    "vector std",
    "edit pg_hba.conf now",
    "see /etc/pg_hba.conf",
    "version 3.11.2 is out",
    "release v1.2.3",
    "C++ code",
    "C code",
    "state of the art",
    "art of the state",
    "a self-hosted tool",
    "hosted by self",
    "東京都の天気",
)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> LexicalSnapshot:
    """Documents 1, 2, … of these texts."""
    folder: Path = tmp_path_factory.mktemp("names")
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        for number, text in enumerate(TEXTS, start=1):
            writer.replace(document(number, ""), [(number, Text(text))])
        writer.commit()
    return snapshot(folder)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("max_connections", 1),
        ("ERR-1234", 3),
        ("err-1234", 3),
        ("std::vector", 5),
        ("pg_hba.conf", 7),
        ("3.11", 9),
        ("v1.2.3", 10),
        ("C++", 11),
        ("self-hosted", 15),
        ("天気", 17),
    ],
)
def test_a_name_ranks_above_what_only_has_its_words(
    names: LexicalSnapshot, question: str, first: int
) -> None:
    assert ask(names, question)[0] == first


@pytest.mark.parametrize(
    ("phrase", "documents"),
    [
        ("max_connections", [1]),
        ("max connections", [1, 2]),
        ("ERR-1234", [3]),
        ("std::vector", [5]),
        ("std::vector of int", [5]),
        ("pg_hba.conf", [7, 8]),
        ("3.11.2", [9]),
        ("C++", [11]),
        ("state of the art", [13]),
        ("of the", [13, 14]),
        ("都の天", [17]),
    ],
)
def test_quotation_marks_ask_for_it_word_for_word(
    names: LexicalSnapshot, phrase: str, documents: list[int]
) -> None:
    assert holding(names, phrase) == documents
