"""A plain BERT is read without transformers, to the same vectors; anything else is left alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.embedding.backend import TorchBackend
from indexer.embedding.batches import token_batches
from indexer.embedding.bert_files import read_plain_bert
from indexer.embedding.model_files import load_model
from indexer.embedding.precision import Precision
from tests.indexer.embedding.tiny_models import save_embedding_model

TEXTS = ("leave of absence", "trips", "parents of parents of parents leave", "", "unknown words here")


@pytest.mark.parametrize(("pooling", "truncate_dim"), [("mean", None), ("cls", 8)])
def test_it_gives_the_vectors_of_sentence_transformers(
    tmp_path: Path, pooling: str, truncate_dim: int | None
) -> None:
    from sentence_transformers import SentenceTransformer

    folder = save_embedding_model(tmp_path / "model", pooling=pooling, truncate_dim=truncate_dim)
    read = read_plain_bert(folder)
    assert read is not None
    model, tokenizer = read
    reference: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    assert tokenizer.to_str() == reference.tokenizer.backend_tokenizer.to_str()
    tokenizer.enable_truncation(model.max_seq_length)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(list(TEXTS))]
    (batch,) = token_batches(tokens, 1_000, model.tokenizer.pad_token_id)
    assert model.get_embedding_dimension() == reference.get_embedding_dimension()
    found = TorchBackend(model, "cpu", Precision.FLOAT32).run(batch)
    expected = reference.encode(list(TEXTS), normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(found - expected[list(batch.rows)]).max() < 1e-5
    assert type(load_model(str(folder), "cpu").model).__name__ == "PlainBert"


def test_the_bundled_model_is_loaded_without_transformers() -> None:
    code = (
        "import sys; from indexer.embedding.local import LocalEmbedder\n"
        "from indexer.embedding.precision import Precision\n"
        "LocalEmbedder(device='cpu', precision=Precision.INT8).embed_query('leave')\n"
        "print(sorted({'transformers', 'sentence_transformers', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"architectures": ["BertForMaskedLM"]}),
        ("config.json", {"num_hidden_layers": 3}),
        ("config.json", {"vocab_size": 11}),
        ("1_Pooling/config.json", {"pooling_mode": "max"}),
        ("1_Pooling/config.json", {"include_prompt": False}),
        ("1_Pooling/config.json", {"embedding_dimension": 17}),
        ("sentence_bert_config.json", {"max_seq_length": 65}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("tokenizer_config.json", {"do_lower_case": False}),
        ("tokenizer_config.json", {"pad_token": "[NONE]"}),
        ("tokenizer.json", {"model": {"type": "Unknown"}}),
    ],
)
def test_what_is_unusual_is_left_to_sentence_transformers(
    tmp_path: Path, file: str, told: Mapping[str, object]
) -> None:
    folder = save_embedding_model(tmp_path / "model")
    assert read_plain_bert(folder) is not None
    content = json.loads((folder / file).read_bytes())
    (folder / file).write_text(json.dumps(content | told))
    assert read_plain_bert(folder) is None


@pytest.mark.parametrize("file", ["model.safetensors", "modules.json", "tokenizer.json", "config.json"])
def test_a_damaged_or_missing_file_is_left_to_whoever_says_what_is_wrong(tmp_path: Path, file: str) -> None:
    folder = save_embedding_model(tmp_path / "model")
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    assert read_plain_bert(folder) is None
    (folder / file).unlink()
    assert read_plain_bert(folder) is None
