"""The measures, against values computed by hand."""

from __future__ import annotations

import math

import pytest

from indexer.retrieval.metrics import Quality, mean, ndcg, quality, recall, reciprocal_rank


def test_ndcg_discounts_each_gain_by_the_logarithm_of_its_rank() -> None:
    # DCG = 3/log2(2) + 0 + 1/log2(4) = 3.5 ; ideal = 3/log2(2) + 2/log2(3) + 1/log2(4)
    ideal = 3 + 2 / math.log2(3) + 0.5
    assert ndcg(["a", "x", "c"], {"a": 3, "b": 2, "c": 1}, 10) == pytest.approx(3.5 / ideal)


def test_ndcg_is_one_for_the_ideal_order_and_looks_no_deeper_than_asked() -> None:
    assert ndcg(["a", "b"], {"a": 2, "b": 1}, 10) == 1.0
    assert ndcg(["x", "y", "a"], {"a": 1}, 2) == 0.0
    assert ndcg(["a"], {"a": 1, "b": 1, "c": 1}, 1) == 1.0


def test_grades_of_zero_and_below_are_irrelevant() -> None:
    measured = quality(["bad", "none", "good"], {"bad": -1, "none": 0, "good": 1})
    assert measured == Quality(0.5, 1.0, 1 / 3)


def test_recall_is_the_share_of_the_relevant_that_was_found() -> None:
    assert recall(["a", "x", "b"], {"a": 1, "b": 1, "c": 2, "d": 1}, 2) == 0.25
    assert recall(["a", "x", "b"], {"a": 1, "b": 1, "c": 2, "d": 1}, 3) == 0.5


def test_reciprocal_rank_is_that_of_the_first_relevant_one_at_any_depth() -> None:
    assert reciprocal_rank(["x"] * 3 + ["a", "b"], {"a": 1, "b": 1}) == 0.25
    assert reciprocal_rank(["x"], {"a": 1}) == 0.0


def test_a_query_without_anything_relevant_scores_zero() -> None:
    assert quality(["a"], {}) == Quality(0.0, 0.0, 0.0)


def test_the_mean_is_taken_measure_by_measure() -> None:
    assert mean([Quality(1, 0.5, 0.25), Quality(0, 0.5, 0.75)]) == Quality(0.5, 0.5, 0.5)
    assert mean([]) == Quality(0, 0, 0)
