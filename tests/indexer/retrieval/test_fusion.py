"""The convex combination of both halves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.fusion import (
    IDENTIFIER_SHARE,
    FusionWeights,
    Scores,
    from_zero,
    fuse,
    min_max,
    weights_for,
)

UNKNOWN = np.nan
units = st.one_of(st.floats(0, 1), st.just(UNKNOWN))


def scores(*given: float) -> Scores:
    return np.array(given, dtype=np.float64)


def test_both_halves_are_weighed() -> None:
    dense, lexical = scores(1.0, 0.5, 0.0, UNKNOWN), scores(0.2, 1.0, UNKNOWN, 0.6)
    assert fuse(dense, lexical, FusionWeights(0.5, 0.5)).tolist() == pytest.approx([0.6, 0.75, 0.0, 0.3])


def test_only_the_ratio_of_the_weights_counts() -> None:
    dense, lexical = scores(0.9, 0.3, UNKNOWN), scores(UNKNOWN, 1.0, 0.25)
    assert fuse(dense, lexical, FusionWeights(0.2, 0.6)).tolist() == pytest.approx(
        fuse(dense, lexical, FusionWeights(0.25, 0.75)).tolist()
    )


def test_what_one_half_does_not_know_gets_nothing_from_it() -> None:
    fused = fuse(scores(1.0, 0.0, UNKNOWN), scores(0.25, UNKNOWN, 1.0), FusionWeights())
    assert fused.tolist() == [0.625, 0.0, 0.5]


def test_bm25_is_scaled_from_zero_and_cosines_from_their_lowest() -> None:
    assert from_zero(scores(5.0, 4.0)).tolist() == [1.0, 0.8]
    assert from_zero(scores(0.0)).tolist() == [0.0]
    assert min_max(scores(0.9, 0.8, 0.7)).tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_what_is_not_known_stays_unknown_and_changes_no_scale() -> None:
    np.testing.assert_equal(from_zero(scores(5.0, UNKNOWN, 4.0)), scores(1.0, UNKNOWN, 0.8))
    np.testing.assert_equal(min_max(scores(3.0, UNKNOWN, 1.0, 2.0)), scores(1.0, UNKNOWN, 0.0, 0.5))
    assert from_zero(scores()).tolist() == min_max(scores()).tolist() == []


@pytest.mark.parametrize("weights", [FusionWeights(), FusionWeights(1, 0), FusionWeights(0, 1)])
def test_a_half_that_found_nothing_leaves_the_decision_to_the_other(weights: FusionWeights) -> None:
    assert fuse(scores(UNKNOWN, UNKNOWN), scores(1.0, 0.4), weights).tolist() == [1.0, 0.4]
    assert fuse(scores(1.0, 0.1), scores(UNKNOWN, UNKNOWN), weights).tolist() == [1.0, 0.1]
    assert fuse(scores(), scores(), weights).tolist() == []


@pytest.mark.parametrize(
    "text",
    [
        "What is max_connections?",
        "std::vector",
        "abort() in os",
        "What is PQexec?",
        "DeflateBufferSize",
        "a->b",
    ],
)
def test_words_weigh_more_where_an_identifier_is_named(text: str) -> None:
    assert weights_for(text, FusionWeights(0.5, 0.5)) == FusionWeights(0.5 * IDENTIFIER_SHARE, 0.5)


@pytest.mark.parametrize(
    "text", ["What is NASA?", "two-dimensional flow", "How do I log in?", "WHAT IS THIS"]
)
def test_plain_questions_keep_the_configured_weights(text: str) -> None:
    assert weights_for(text, FusionWeights(0.3, 0.7)) == FusionWeights(0.3, 0.7)


def test_the_dense_half_alone_stays_alone() -> None:
    alone = weights_for("max_connections", FusionWeights(1, 0))
    assert fuse(scores(1.0, 0.1), scores(UNKNOWN, UNKNOWN), alone).tolist() == [1.0, 0.1]


def test_equal_scores_are_all_the_best() -> None:
    np.testing.assert_equal(min_max(scores(4.0, UNKNOWN, 4.0)), scores(1.0, UNKNOWN, 1.0))


@given(st.lists(st.tuples(units, units), max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_fused_score_lies_between_zero_and_one_whichever_half_knows_the_passage(
    halves: list[tuple[float, float]], first: float, second: float
) -> None:
    dense, lexical = scores(*(each for each, _ in halves)), scores(*(each for _, each in halves))
    fused = fuse(dense, lexical, FusionWeights(first, second))
    assert fused.shape == dense.shape
    assert all(-1e-9 <= each <= 1 + 1e-9 for each in fused)
