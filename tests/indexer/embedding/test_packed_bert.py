"""Texts laid one after the other without padding give the vectors that the model gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from indexer.embedding.backend import TorchBackend
from indexer.embedding.batches import token_batches
from indexer.embedding.model_files import load_model
from indexer.embedding.packed_bert import PackedBert
from indexer.embedding.precision import Precision
from tests.indexer.embedding.tiny_models import save_embedding_model

TEXTS: tuple[list[int], ...] = ([2, 5, 6, 7, 3], [2, 8, 3], [2, 9, 9, 9, 9, 9, 9, 5, 3], [2, 3], [])


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("truncate_dim", [None, 8])
def test_texts_without_padding_give_the_models_vectors(
    tmp_path: Path, pooling: str, truncate_dim: int | None
) -> None:
    folder = str(save_embedding_model(tmp_path / "model", pooling=pooling, truncate_dim=truncate_dim))
    (batch,) = token_batches(TEXTS, 1000, 0)
    expected = TorchBackend(load_model(folder, "cpu").model, "cpu", Precision.FLOAT32).run(batch)
    packed = PackedBert(load_model(folder, "cpu").model, "cpu", torch.float32)
    found = packed.forward(batch).numpy()
    assert found.shape == (5, truncate_dim or 16)
    assert np.abs(found - expected).max() < 1e-5
