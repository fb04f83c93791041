"""Questions take a leaner way through BERT, to the same vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.embedding.bfloat16 import has_bfloat16_kernels
from indexer.embedding.embedder import ModelError
from indexer.embedding.lean_bert import is_lean_bert
from indexer.embedding.local import LocalEmbedder
from indexer.embedding.model_files import load_model
from indexer.embedding.precision import Precision
from tests.indexer.embedding.tiny_models import save_embedding_model

QUESTIONS = ("leave of absence", "trips", "parents of parents of parents leave", "", "unknown words here")


def embedder(folder: Path) -> LocalEmbedder:
    return LocalEmbedder(str(folder), device="cpu", precision=Precision.FLOAT32)


def encoded(folder: Path, texts: list[str]) -> Any:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken", "max"])
def test_any_pooling_gives_the_vectors_of_sentence_transformers(tmp_path: Path, pooling: str) -> None:
    folder = save_embedding_model(tmp_path / "model", pooling=pooling)
    found = embedder(folder).embed_queries(QUESTIONS)
    assert np.abs(found - encoded(folder, list(QUESTIONS))).max() < 0.002


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_questions_stay_exact_where_passages_are_in_integers(tmp_path: Path, pooling: str) -> None:
    folder = save_embedding_model(tmp_path / "model", pooling=pooling, width=64)
    integers = LocalEmbedder(str(folder), device="cpu", precision=Precision.INT8)
    expected = encoded(folder, list(QUESTIONS))
    passages = integers.embed_passages(QUESTIONS).astype(np.float32)
    integers.close()
    assert np.abs(integers.embed_queries(QUESTIONS) - expected).max() < 0.002
    assert np.abs(passages - expected).max() > 0.002
    assert np.einsum("ij,ij->i", passages, expected).min() > 0.97


def test_only_what_is_known_to_be_a_plain_bert_takes_the_leaner_way(tmp_path: Path) -> None:
    kinds = {}
    for pooling in ("mean", "cls", "max"):
        folder = save_embedding_model(tmp_path / pooling, pooling=pooling)
        kinds[pooling] = is_lean_bert(load_model(str(folder), "cpu").model)
    assert kinds == {"mean": True, "cls": True, "max": False}


def test_questions_and_passages_get_the_prompts_of_the_models_files(tmp_path: Path) -> None:
    folder = save_embedding_model(tmp_path / "model", prompts={"query": "trips ", "document": "parents "})
    model = embedder(folder)
    assert np.abs(model.embed_queries(["leave"])[0] - encoded(folder, ["trips leave"])[0]).max() < 0.002
    assert np.abs(model.embed_passages(["leave"])[0] - encoded(folder, ["parents leave"])[0]).max() < 0.002
    assert model.passage_prompt == "parents "


def test_a_family_known_by_its_folders_name_needs_no_prompts_in_its_files(tmp_path: Path) -> None:
    model = embedder(save_embedding_model(tmp_path / "e5-small-v2"))
    assert (model.query_prompt, model.passage_prompt) == ("query: ", "passage: ")


def test_matryoshka_vectors_are_cut_and_have_length_one_again(tmp_path: Path) -> None:
    whole = embedder(save_embedding_model(tmp_path / "whole" / "model"))
    cut = embedder(save_embedding_model(tmp_path / "cut" / "model", truncate_dim=8))
    assert (cut.dimension, cut.embed_passages(["trips"]).shape) == (8, (1, 8))
    expected = whole.embed_query("trips")[:8]
    assert np.abs(cut.embed_query("trips") - expected / np.linalg.norm(expected)).max() < 0.002
    assert np.linalg.norm(cut.embed_passages(["trips"]).astype(np.float32)) == pytest.approx(1, abs=0.002)


def test_each_setting_that_changes_vectors_makes_another_model(tmp_path: Path) -> None:
    settings: list[dict[str, Any]] = [
        {},
        {"pooling": "cls"},
        {"truncate_dim": 8},
        {"prompts": {"query": "trips "}},
    ]
    keys = {
        embedder(save_embedding_model(tmp_path / str(number) / "model", **setting)).model_key
        for number, setting in enumerate(settings)
    }
    assert len(keys) == len(settings)
    again = embedder(save_embedding_model(tmp_path / "again" / "model"))
    assert again.model_key in keys


def test_a_folder_whose_configuration_names_no_model_is_an_error(tmp_path: Path) -> None:
    folder = save_embedding_model(tmp_path / "model")
    (folder / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="could not be loaded"):
        embedder(folder)


@pytest.mark.skipif(not has_bfloat16_kernels(), reason="this processor has no instructions for bfloat16")
def test_bfloat16_takes_the_leaner_way_to_nearly_the_same_vectors(tmp_path: Path) -> None:
    folder = save_embedding_model(tmp_path / "model", width=64)
    rounded = LocalEmbedder(str(folder), device="cpu", precision=Precision.BFLOAT16)
    expected = encoded(folder, list(QUESTIONS))
    cosines = np.einsum("ij,ij->i", rounded.embed_queries(QUESTIONS), expected)
    assert cosines.min() > 0.999
    assert np.abs(rounded.embed_queries(QUESTIONS) - expected).max() > 1e-5
