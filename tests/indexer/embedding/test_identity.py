"""A model is another one as soon as a file changes that decides its vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.embedding.identity import deciding_files, setup_digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "mean"}))
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {}}))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "README.md").write_text("A model")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "cls"}),
        ("config_sentence_transformers.json", {"prompts": {"query": "query: "}}),
        ("config_sentence_transformers.json", {"prompts": {}, "truncate_dim": 64}),
        ("sentence_bert_config.json", {"max_seq_length": 128}),
        ("modules.json", [{"idx": 0}]),
        ("tokenizer.json", {}),
    ],
)
def test_pooling_prompts_window_and_truncation_decide(folder: Path, name: str, content: object) -> None:
    before = setup_digest(folder)
    (folder / name).write_text(json.dumps(content))
    assert setup_digest(folder) != before


def test_what_does_not_change_a_vector_does_not_decide(folder: Path) -> None:
    before = setup_digest(folder)
    (folder / "README.md").write_text("A model, described anew")
    assert setup_digest(folder) == before


def test_the_models_own_weights_are_not_read_again(folder: Path) -> None:
    assert folder / "model.safetensors" not in deciding_files(folder)
    assert folder / "1_Pooling" / "config.json" in deciding_files(folder)


def test_the_same_content_in_another_place_is_the_same_model(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "model"
    for file in deciding_files(folder):
        target = copy / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    assert setup_digest(copy) == setup_digest(folder)
