"""Which files beside the weights decide what vectors a model gives: they are part of its key."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

_DECIDING: Final = (
    "modules.json",  # which modules follow each other: pooling, dense layers, normalisation
    "*/config.json",  # how each of them works: 1_Pooling says mean, cls, lasttoken …
    "*/model.safetensors",  # the weights of a dense layer
    "sentence_bert_config.json",  # the window, lower case
    "config_sentence_transformers.json",  # prompts, truncate_dim (Matryoshka)
    "tokenizer.json",
)


def deciding_files(folder: Path) -> list[Path]:
    """The files of a sentence-transformers folder, beside its own weights, that change its vectors."""
    return sorted({file for pattern in _DECIDING for file in folder.glob(pattern) if file.is_file()})


def setup_digest(folder: Path) -> bytes:
    """A digest of `deciding_files`, their names included: 32 bytes.

    Any change of them makes another model, also one that happens to change no vector: embedding again costs
    time, mixing vectors of two models costs answers.
    """
    digest = hashlib.sha256()
    for file in deciding_files(folder):
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").digest()
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + content)
    return digest.digest()
