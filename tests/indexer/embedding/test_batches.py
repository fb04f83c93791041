"""Batches hold every text once and stay within the budget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.embedding.batches import length_batches


@given(st.lists(st.integers(0, 256), max_size=200), st.integers(1, 4096))
def test_every_text_stands_in_one_batch_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(length_batches(lengths, budget))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget


def test_texts_of_like_length_come_together() -> None:
    assert list(length_batches([1, 100, 2, 90], budget=200)) == [[1, 3], [2, 0]]
