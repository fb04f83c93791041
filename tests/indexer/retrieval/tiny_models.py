"""Models of a few thousand weights, made from scratch: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

_WORDS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "leave", "of", "absence", "trips", "parents")


def save_cross_encoder(folder: Path, labels: int) -> Path:
    """A BERT of two small layers with `labels` outputs and fixed random weights, as sentence-transformers
    reads it."""
    import torch
    import transformers

    made: Any = transformers  # its names are resolved when they are asked for: no types
    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(_WORDS))
    torch.manual_seed(11)
    config = made.BertConfig(
        vocab_size=len(_WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=0.5,
    )
    made.BertForSequenceClassification(config).save_pretrained(folder)
    made.BertTokenizerFast(vocab=str(vocabulary), model_max_length=64).save_pretrained(folder)
    return folder
