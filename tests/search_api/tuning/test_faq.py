"""Which configured questions are asked, and their vectors, made once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from catalog.access import access_list
from search_api.query.confidence import Confidence
from search_api.tuning.faq import FaqEntries
from search_api.tuning.faq_vectors import kept_vectors
from settings.tuning.faq import FaqEntry
from tests.indexer.retrieval.library import ToyEmbedder

EVERYONE = frozenset({"everyone"})
TOY = ToyEmbedder()


def entries(*told: FaqEntry) -> FaqEntries:
    return FaqEntries(told, TOY.model_key, TOY.embed_queries([entry.question for entry in told]))


def asked(
    questions: FaqEntries, text: str, principals: frozenset[str] = EVERYONE
) -> list[tuple[str, Confidence]]:
    found = questions.matches(text, principals, TOY.embed_query(text))
    return [(match.entry.answer, match.confidence) for match in found]


LUNCH = FaqEntry(question="When is lunch served?", answer="at noon")
PAY = FaqEntry(question="When is payday?", answer="on the 25th", deny=("group:guests",))
URLAUB = FaqEntry(question="Wie viele Urlaubstage habe ich?", answer="28", language="de")
BOARD = FaqEntry(question="Who chairs the board?", answer="Bea", allow=("group:board", "user:eva"))


def test_a_question_asked_literally_is_answered_surely() -> None:
    questions = entries(LUNCH, PAY, URLAUB)
    assert asked(questions, "when is lunch served") == [("at noon", Confidence.VERY_HIGH)]
    assert asked(questions, "wie viele urlaubstage habe ich") == [("28", Confidence.VERY_HIGH)]
    assert asked(questions, "who repairs the roof") == []


def test_words_are_compared_by_the_stems_of_the_entrys_language() -> None:
    words_alone = FaqEntries((LUNCH, URLAUB))
    for text, entry in (("when are lunches serving", LUNCH), ("wie viele Urlaubstag hatte ich", URLAUB)):
        (match,) = words_alone.matches(text, EVERYONE, None)
        assert match.entry is entry


def test_lists_always_hold() -> None:
    questions = entries(LUNCH, PAY, BOARD)
    assert asked(questions, "who chairs the board") == []
    assert asked(questions, "who chairs the board", EVERYONE | {"user:eva"})[0][0] == "Bea"
    assert asked(questions, "when is payday")[0][0] == "on the 25th"
    assert asked(questions, "when is payday", EVERYONE | {"group:guests"}) == []


principals = st.sets(st.sampled_from(["group:a", "group:b", "user:c"]), max_size=2)
told = st.lists(
    st.builds(
        FaqEntry, question=st.sampled_from(["when is lunch", "when is payday", "who is on call"]),
        answer=st.integers(0, 9).map(str), allow=principals.map(tuple) | st.just(("everyone",)),
        deny=principals.map(tuple),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(told, principals, st.booleans())
def test_nobody_is_answered_what_they_may_not_see(
    told: list[FaqEntry], held: set[str], has_model: bool
) -> None:
    questions = entries(*told) if has_model else FaqEntries(told)
    for text in ("when is lunch", "who is on call"):
        vector = TOY.embed_query(text) if has_model else None
        for match in questions.matches(text, frozenset(held) | EVERYONE, vector):
            assert access_list(match.entry.allow, match.entry.deny).permits(frozenset(held))


def test_vectors_are_made_once_per_model_and_text(tmp_path: Path) -> None:
    made: list[str] = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        made.extend(texts)
        return TOY.embed_queries(texts)

    first = kept_vectors(tmp_path / "tuning", "toy", ["a", "b", "a"], embed)
    assert made == ["a", "b"]
    second = kept_vectors(tmp_path / "tuning", "toy", ["c", "b"], embed)
    assert made == ["a", "b", "c"]
    assert first is not None
    assert second is not None
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], second[1])
    assert np.allclose(second, TOY.embed_queries(["c", "b"]), atol=1e-3)
    kept_vectors(tmp_path / "tuning", "other", ["b"], embed)
    assert made[3:] == ["b"], "another model has vectors of its own"


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn"])
def test_a_damaged_file_of_vectors_is_made_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kept_vectors(tmp_path, "toy", ["a"], TOY.embed_queries)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert kept_vectors(tmp_path, "toy", ["a"], TOY.embed_queries) is not None
    assert "is made anew" in caplog.text
    assert len(file.read_bytes()) > len(content)


def test_without_a_model_nothing_is_kept(tmp_path: Path) -> None:
    assert kept_vectors(tmp_path, "toy", ["a"], lambda _: None) is None
    assert list(tmp_path.iterdir()) == []
