"""Passages folded to documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.folding import FURTHER_SHARE, Folded, combined, fold


def test_a_document_stands_where_its_best_passage_stands() -> None:
    folded = fold({1: 0.9, 2: 0.8, 3: 0.7}, {1: "a", 2: "b", 3: "b"})
    assert [each.document_id for each in folded] == ["a", "b"]
    assert folded[1].chunk_ids == (2, 3)


def test_a_second_good_passage_decides_between_equals() -> None:
    assert [each.document_id for each in fold({1: 0.8, 2: 0.8, 3: 0.6}, {1: "a", 2: "b", 3: "b"})] == [
        "b",
        "a",
    ]


def test_further_passages_add_a_small_share_and_length_alone_wins_nothing() -> None:
    assert combined([0.5]) == pytest.approx(0.5)
    assert combined([0.5, 1.0]) == pytest.approx(1 - 0.5 * (1 - FURTHER_SHARE))
    assert combined([0.5, 0.4, 0.3]) == combined([0.5, 0.4, 0.3, 0.3, 0.3, 0.3])


def test_equal_documents_stand_in_the_order_of_their_ids_so_that_pages_do_not_overlap() -> None:
    assert [each.document_id for each in fold({9: 0.5, 1: 0.5}, {9: "a", 1: "b"})] == ["a", "b"]


def test_a_chunk_of_no_document_is_left_out() -> None:
    assert fold({1: 0.5, 2: 0.5}, {2: "a"}) == [Folded("a", 0.5, (2,), 0.5)]


@given(st.lists(st.floats(0, 1), min_size=1).map(lambda scores: sorted(scores, reverse=True)))
def test_a_documents_score_is_at_least_its_best_passages_and_at_most_one(scores: list[float]) -> None:
    assert scores[0] - 1e-9 <= combined(scores) <= 1
