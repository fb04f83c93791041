"""Passages folded to documents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document_keys import document_keys, numbered
from indexer.retrieval.folding import FURTHER_SHARE, FoldedDocuments, fold

A, B = "00" * 15 + "aa", "00" * 15 + "bb"


def folded(scores: Mapping[int, float], document_of: Mapping[int, str]) -> FoldedDocuments:
    """Passages by their chunk ids."""
    chunks = np.array(list(scores), dtype=np.int64)
    documents, numbers = numbered(document_keys([document_of[chunk] for chunk in scores]))
    return fold(chunks, np.array(list(scores.values()), dtype=np.float64), documents, numbers)


def score(*passages: float) -> float:
    """The score of a document with these passages."""
    return folded(dict(enumerate(passages)), dict.fromkeys(range(len(passages)), A)).at(0).score


def test_a_document_stands_where_its_best_passage_stands() -> None:
    found = folded({3: 0.7, 1: 0.9, 2: 0.8}, {1: A, 2: B, 3: B})
    assert found.document_ids == [A, B]
    assert found.at(1).chunk_ids == (2, 3)


def test_a_second_good_passage_decides_between_equals() -> None:
    assert folded({1: 0.8, 2: 0.8, 3: 0.6}, {1: A, 2: B, 3: B}).document_ids == [B, A]


def test_further_passages_add_a_small_share_and_length_alone_wins_nothing() -> None:
    assert score(0.5) == 0.5
    assert score(0.5, 1.0) == 1.0  # the best one first, however they are given
    assert score(0.5, 0.5) == pytest.approx(1 - 0.5 * (1 - 0.5 * FURTHER_SHARE))
    assert score(0.5, 0.4, 0.3) == score(0.5, 0.4, 0.3, 0.3, 0.3, 0.3) > score(0.5, 0.4)


def test_equal_documents_stand_in_the_order_of_their_ids_so_that_pages_do_not_overlap() -> None:
    assert folded({9: 0.5, 1: 0.5}, {9: A, 1: B}).document_ids == [A, B]


def test_equal_passages_of_a_document_stand_in_the_order_of_their_ids() -> None:
    assert folded({7: 0.5, 3: 0.5, 5: 0.9}, dict.fromkeys((3, 5, 7), A)).at(0).chunk_ids == (5, 3, 7)


def test_nothing_found_is_no_document() -> None:
    assert folded({}, {}).document_ids == []


@given(st.lists(st.floats(0, 1), min_size=1))
def test_a_documents_score_is_at_least_its_best_passages_and_at_most_one(scores: list[float]) -> None:
    assert max(scores) - 1e-9 <= score(*scores) <= 1


@given(
    st.dictionaries(
        st.integers(0, 99), st.tuples(st.sampled_from([A, B, "cc" * 16]), st.floats(0, 1)), min_size=1
    )
)
def test_every_passage_stands_in_its_document_and_documents_fall_in_score(
    passages: dict[int, tuple[str, float]],
) -> None:
    found = folded(
        {chunk: score for chunk, (_, score) in passages.items()},
        {chunk: document for chunk, (document, _) in passages.items()},
    )
    documents = [found.at(place) for place in range(len(found.document_ids))]
    assert {chunk: each.document_id for each in documents for chunk in each.chunk_ids} == {
        chunk: document for chunk, (document, _) in passages.items()
    }
    assert documents == sorted(documents, key=lambda each: (-each.score, each.document_id))
    for each in documents:
        order = [(-passages[chunk][1], chunk) for chunk in each.chunk_ids]
        assert order == sorted(order)
