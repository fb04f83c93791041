"""The local embedder gives what sentence-transformers gives, only faster."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from indexer.embedding.bundled import bundled_model
from indexer.embedding.embedder import ModelError
from indexer.embedding.local import LocalEmbedder
from indexer.embedding.precision import SAMPLES, Precision

TEXTS = (*SAMPLES, "short", "", "A question? " * 300, "日本語の文章です。")


@pytest.fixture(scope="module")
def exact() -> LocalEmbedder:
    return LocalEmbedder(precision=Precision.FLOAT32, device="cpu", threads=1)


def test_vectors_agree_with_sentence_transformers(exact: LocalEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(bundled_model()), device="cpu").encode(
        list(TEXTS), normalize_embeddings=True, show_progress_bar=False
    )
    found = exact.embed_passages(TEXTS)
    assert found.dtype == np.float16
    assert found.shape == (len(TEXTS), 384) == (len(TEXTS), exact.dimension)
    assert np.abs(found.astype(np.float32) - reference).max() < 0.0005


def test_bfloat16_is_close_to_float32(exact: LocalEmbedder) -> None:
    rounded = LocalEmbedder(precision=Precision.BFLOAT16, device="cpu")
    cosines = np.einsum(
        "ij,ij->i",
        exact.embed_passages(TEXTS).astype(np.float32),
        rounded.embed_passages(TEXTS).astype(np.float32),
    )
    assert cosines.min() > 0.9995


def test_integers_find_what_float32_finds(exact: LocalEmbedder) -> None:
    integers = LocalEmbedder(precision=Precision.INT8, device="cpu")
    found = integers.embed_passages(TEXTS).astype(np.float32)
    assert np.einsum("ij,ij->i", exact.embed_passages(TEXTS).astype(np.float32), found).min() > 0.97
    assert int(np.argmax(found @ integers.embed_query("How do I build an index without blocking?"))) == 1
    integers.close()


def test_questions_that_came_together_have_the_vectors_of_each_alone(exact: LocalEmbedder) -> None:
    questions = ["vacation?", "How do I reset my password on the account page?", ""]
    together = exact.embed_queries(questions)
    assert together.dtype == np.float32
    assert np.abs(together - [exact.embed_query(question) for question in questions]).max() < 1e-5


def test_a_query_has_length_one_and_finds_its_passage(exact: LocalEmbedder) -> None:
    query = exact.embed_query("How do I build an index without blocking writes?")
    assert query.shape == (384,)
    assert abs(float(np.linalg.norm(query)) - 1) < 1e-5
    assert int(np.argmax(exact.embed_passages(SAMPLES).astype(np.float32) @ query)) == 1


def test_tokens_made_ahead_give_the_same_vectors(exact: LocalEmbedder) -> None:
    texts = ["How many days of leave do I have?", "The cat sat.", "parental leave " * 300]
    how = exact._tokens_ahead()
    tokenizer = Tokenizer.from_str(how.tokenizer)
    tokens = [np.array(tokenizer.encode(how.prompt + text).ids, dtype=np.int32) for text in texts]
    assert np.array_equal(exact.submit_passages(texts, tokens).result(), exact.embed_passages(texts))
    assert exact.tokenising is None  # a CPU takes longer to embed a text than this process to tokenise it


def test_no_text_gives_no_vector(exact: LocalEmbedder) -> None:
    assert exact.embed_passages([]).shape == (0, 384)


def test_the_key_names_the_model_and_its_weights(exact: LocalEmbedder) -> None:
    assert exact.model_key == "all-MiniLM-L6-v2-53aa51172d14"
    assert exact.window == 256


def test_a_folder_is_a_model_with_a_key_of_its_own() -> None:
    folder = LocalEmbedder(str(bundled_model()), precision=Precision.FLOAT32, device="cpu")
    assert folder.model_key.startswith("model-")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="could not be loaded"):
        LocalEmbedder(str(tmp_path), device="cpu")


def test_damaged_weights_are_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_model(), folder)
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"weights of the model .* are damaged .*: copy its"):
        LocalEmbedder(str(folder), device="cpu", precision=Precision.FLOAT32)


def test_weights_that_lack_tensors_are_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_model(), folder)
    tensors = load_file(folder / "model.safetensors")
    save_file(
        {name: tensor for name, tensor in tensors.items() if "layer.3.output" not in name},
        folder / "model.safetensors",
    )
    with pytest.raises(ModelError, match=r"lack 4 of its tensors \(encoder.layer.3.output"):
        LocalEmbedder(str(folder), device="cpu", precision=Precision.FLOAT32)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="which does not exist"):
        LocalEmbedder(str(tmp_path / "nowhere"), device="cpu")


def test_a_gpu_that_is_not_there_is_an_error() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ModelError, match="finds no GPU; write auto or cpu"):
        LocalEmbedder(device="cuda:0")
