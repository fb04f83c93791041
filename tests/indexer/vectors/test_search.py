"""A search finds exactly what brute force over the allowed rows finds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.vectors import exact, storing
from indexer.vectors.merging import TIER_FACTOR
from indexer.vectors.reader import VectorReader
from indexer.vectors.writer import VectorWriter
from tests.indexer.vectors.support import DIMENSION, best_scores, make_batch, queries, simple_batch

ACCESS_IDS = st.lists(st.integers(0, 6), max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ACCESS_IDS, max_size=4),
    st.frozensets(st.integers(0, 9)),
    st.integers(1, 60),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_search_equals_brute_force_over_the_allowed_rows(
    segments: list[list[int]], allowed: frozenset[int], limit: int, gather_share: float
) -> None:
    batches, first = [], 0
    for seed, access_ids in enumerate(segments):
        numbers = range(first, first + len(access_ids))
        batches.append(make_batch(numbers, numbers, access_ids, seed))
        first += len(access_ids)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_GATHER_SHARE", gather_share)
        writer = VectorWriter(Path(folder), "model", DIMENSION)
        for batch in batches:
            writer.append(batch)
        asked = queries(3)
        scores, chunk_ids = VectorReader.open(Path(folder)).search(asked, allowed, limit)
    expected = best_scores(batches, allowed - {0}, asked, limit)
    assert scores.shape == chunk_ids.shape == expected.shape
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)
    access = {
        int(i): int(a) for batch in batches for i, a in zip(batch.chunk_ids, batch.access_ids, strict=True)
    }
    assert all(access[found] in allowed - {0} for found in chunk_ids.ravel().tolist())
    assert all(len(set(row)) == len(row) for row in chunk_ids.tolist())


def test_a_merge_leaves_every_score_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "SLICE_ROWS", 7)
    batches = [
        make_batch(range(n * 10, n * 10 + 10), range(n, n + 10), [1, 2, 3, 2, 1] * 2, n)
        for n in range(TIER_FACTOR)
    ]
    writer = VectorWriter(tmp_path, "model", DIMENSION)
    for batch in batches:
        writer.append(batch)
    asked = queries(3)
    reader = VectorReader.open(tmp_path)
    before = reader.search(asked, frozenset({1, 3}), 50)
    assert writer.merge()
    assert reader.refresh()
    after = reader.search(asked, frozenset({1, 3}), 50)
    np.testing.assert_allclose(after[0], best_scores(batches, {1, 3}, asked, 50), rtol=1e-5, atol=1e-6)
    assert [set(row) for row in after[1].tolist()] == [set(row) for row in before[1].tolist()]


def test_nobody_is_never_found_even_when_asked_for(tmp_path: Path) -> None:
    VectorWriter(tmp_path, "model", DIMENSION).append(simple_batch(1, 5, access_id=0))
    assert VectorReader.open(tmp_path).search(queries(1), frozenset({0, 1}), 10)[1].shape == (1, 0)


def test_ids_may_come_as_an_array(tmp_path: Path) -> None:
    VectorWriter(tmp_path, "model", DIMENSION).append(simple_batch(1, 5, access_id=7))
    found = VectorReader.open(tmp_path).search(queries(1), np.array([7, 8], dtype=np.int32), 3)
    assert found[1].shape == (1, 3)


def test_an_empty_folder_finds_nothing(tmp_path: Path) -> None:
    reader = VectorReader.open(tmp_path / "nowhere")
    assert reader.search(queries(2), frozenset({1}), 5)[0].shape == (2, 0)
    assert reader.refresh() is False
