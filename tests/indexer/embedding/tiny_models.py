"""Embedding models of a few thousand weights, made from scratch: nothing is downloaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_WORDS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "leave", "of", "absence", "trips", "parents")


def save_embedding_model(
    folder: Path,
    *,
    pooling: str = "mean",
    prompts: Mapping[str, str] | None = None,
    truncate_dim: int | None = None,
    width: int = 16,
) -> Path:
    """A BERT of two small layers with fixed random weights, `width` dimensions and a window of 32, as
    sentence-transformers writes it; returns `folder`."""
    import torch
    import transformers

    made: Any = transformers  # its names are resolved when they are asked for: no types
    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(_WORDS))
    torch.manual_seed(11)
    config = made.BertConfig(
        vocab_size=len(_WORDS),
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=64,
        initializer_range=0.5,
    )
    made.BertModel(config).save_pretrained(folder)
    made.BertTokenizerFast(vocab=str(vocabulary), model_max_length=32).save_pretrained(folder)
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (path, kind) in enumerate(kinds.items())
    ]
    _write(folder / "modules.json", modules)
    _write(folder / "1_Pooling" / "config.json", {"embedding_dimension": width, "pooling_mode": pooling})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 32})
    told: dict[str, Any] = {"prompts": dict(prompts or {})}
    if truncate_dim is not None:
        told["truncate_dim"] = truncate_dim
    _write(folder / "config_sentence_transformers.json", told)
    return folder


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content))
