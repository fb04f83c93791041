"""Batches hold every text once and stay within the budget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.embedding.batches import length_batches, token_batches


@given(st.lists(st.integers(0, 256), max_size=200), st.integers(1, 4096))
def test_every_text_stands_in_one_batch_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(length_batches(lengths, budget))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget


def test_texts_of_like_length_come_together() -> None:
    assert list(length_batches([1, 100, 2, 90], budget=200)) == [[1, 3], [2, 0]]


def test_a_batch_is_padded_to_its_longest_and_halves_lose_what_they_do_not_need() -> None:
    (batch,) = token_batches([[5], [6, 7, 8], []], budget=64, padding=9)
    assert batch.rows == (1, 0, 2)
    assert batch.ids.tolist() == [[6, 7, 8], [5, 9, 9], [9, 9, 9]]
    assert batch.mask.tolist() == [[1, 1, 1], [1, 0, 0], [1, 0, 0]]
    first, second = batch.halves()
    assert (first.rows, second.rows) == ((1,), (0, 2))
    assert second.ids.tolist() == [[5], [9]]
