"""Lists made by torch are as good as those that FAISS makes."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from indexer.vectors.clustering import Rows, centroids, gpu, nearest

LISTS = 20


def rows_in_groups() -> Rows:
    random = np.random.default_rng(3)
    centres = random.standard_normal((LISTS, 32))
    rows = np.repeat(centres, 100, axis=0) + 0.4 * random.standard_normal((LISTS * 100, 32))
    unit: Rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.mark.parametrize("device", [None, "cpu"], ids=["faiss", "torch"])
def test_centroids_have_length_one_and_lie_near_their_rows(device: str | None) -> None:
    rows = rows_in_groups()
    centres = centroids(rows, LISTS, device)
    assert centres.shape == (LISTS, 32)
    assert np.abs(np.linalg.norm(centres, axis=1) - 1).max() < 1e-5
    lists = nearest(centres, device)(rows)
    assert lists.dtype == np.int32
    assert np.array_equal(lists, (rows @ centres.T).argmax(axis=1))
    assert np.einsum("ij,ij->i", rows, centres[lists]).mean() > 0.85


def test_as_many_lists_as_rows_and_rows_that_are_all_the_same() -> None:
    same = np.full((30, 4), 0.5, dtype=np.float32)
    assert np.isfinite(centroids(same, 30, "cpu")).all()


def test_without_a_model_in_the_process_no_gpu_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert gpu() is None
