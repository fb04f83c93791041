"""The convex combination of both halves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.fusion import (
    IDENTIFIER_SHARE,
    FusionWeights,
    from_zero,
    fuse,
    min_max,
    weights_for,
)

units = st.dictionaries(st.integers(0, 50), st.floats(0, 1), max_size=20)


def test_both_halves_are_weighed() -> None:
    fused = fuse({1: 1.0, 2: 0.5, 3: 0.0}, {1: 0.2, 2: 1.0, 4: 0.6}, FusionWeights(0.5, 0.5))
    assert fused == pytest.approx({1: 0.6, 2: 0.75, 3: 0.0, 4: 0.3})


def test_only_the_ratio_of_the_weights_counts() -> None:
    dense, lexical = {1: 0.9, 2: 0.3}, {2: 1.0, 3: 0.25}
    assert fuse(dense, lexical, FusionWeights(0.2, 0.6)) == fuse(dense, lexical, FusionWeights(0.25, 0.75))


def test_what_one_half_does_not_know_gets_nothing_from_it() -> None:
    fused = fuse({1: 1.0, 2: 0.0}, {3: 1.0, 1: 0.25}, FusionWeights())
    assert fused == {1: 0.625, 2: 0.0, 3: 0.5}


def test_bm25_is_scaled_from_zero_and_cosines_from_their_lowest() -> None:
    assert from_zero({1: 5.0, 2: 4.0}) == {1: 1.0, 2: 0.8}
    assert from_zero({1: 0.0}) == {1: 0.0}
    assert min_max({1: 0.9, 2: 0.8, 3: 0.7}) == pytest.approx({1: 1.0, 2: 0.5, 3: 0.0})


@pytest.mark.parametrize("weights", [FusionWeights(), FusionWeights(1, 0), FusionWeights(0, 1)])
def test_a_half_that_found_nothing_leaves_the_decision_to_the_other(weights: FusionWeights) -> None:
    assert fuse({}, {1: 1.0, 2: 0.4}, weights)[1] == 1.0
    assert fuse({1: 1.0, 2: 0.1}, {}, weights)[1] == 1.0
    assert fuse({}, {}, weights) == {}


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
    assert fuse({1: 1.0, 2: 0.1}, {}, alone) == {1: 1.0, 2: 0.1}


def test_equal_scores_are_all_the_best() -> None:
    assert min_max({1: 4.0, 2: 4.0}) == {1: 1.0, 2: 1.0}


@given(units, units, st.floats(0, 1), st.floats(0, 1))
def test_a_fused_score_lies_between_zero_and_one_for_every_chunk_of_either_half(
    dense: dict[int, float], lexical: dict[int, float], first: float, second: float
) -> None:
    fused = fuse(dense, lexical, FusionWeights(first, second))
    assert fused.keys() == dense.keys() | lexical.keys()
    assert all(-1e-9 <= each <= 1 + 1e-9 for each in fused.values())
