"""A model's folder or hub name into a model in memory; whatever is wrong with its files is one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer

from indexer.embedding.bert_files import read_plain_bert
from indexer.embedding.bundled import BUNDLED_NAME, WEIGHTS_SHA256, bundled_model, weights_sha256
from indexer.embedding.embedder import ModelError
from indexer.embedding.identity import setup_digest

_SHOWN: Final = 3
_HEADER_BYTES: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A sentence-transformers model, or a `PlainBert` in its place; `names` are those it may be known by."""

    model: Any
    key: str
    tokenizer: Tokenizer
    names: tuple[str, ...]


def load_model(name: str, device: str) -> LoadedModel:
    """Load the bundled model, a folder, or a hub's (the only one that may be downloaded).

    Raises `ModelError` where files are missing, damaged, or do not belong together.
    """
    folder = _folder(name)
    if folder is not None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if folder is not None and device == "cpu" and (read := read_plain_bert(folder)) is not None:
        return LoadedModel(read[0], _model_key(name, folder, read[0]), read[1], (name, str(folder)))
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - reads HF_HUB_OFFLINE at import
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]  # standard error belongs to the command
    try:
        model = SentenceTransformer(str(folder or name), device=device, local_files_only=folder is not None)
    except SafetensorError as error:
        raise ModelError(
            f"the weights of the model {name!r} are damaged ({error}): copy its *.safetensors files again"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError) as error:
        raise ModelError(f"the model {name!r} could not be loaded: {_sentence(error)}") from error
    model.eval()
    if folder is not None:
        _refuse_missing_weights(name, folder, model)
    saved_as = str(getattr(getattr(model[0], "config", None), "_name_or_path", "") or "")
    names = (name, str(folder or ""), saved_as)
    return LoadedModel(model, _model_key(name, folder, model), _fast_tokenizer(model, name), names)


def _sentence(error: Exception) -> str:
    """The first line of what was raised, with its kind where it says nothing by itself."""
    line = str(error).strip().partition("\n")[0]
    return line if " " in line else f"{type(error).__name__} {line}".strip()


def _folder(name: str) -> Path | None:
    """Where the model lies on this machine; None for a hub name."""
    if name == BUNDLED_NAME:
        return bundled_model()
    folder = Path(name)
    if folder.is_dir():
        return folder
    if folder.is_absolute() or name.startswith("."):
        raise ModelError(f"`index.model` names the folder {name}, which does not exist")
    return None


def _refuse_missing_weights(name: str, folder: Path, model: Any) -> None:
    """transformers fills weights that a file lacks with random numbers, and only logs it.

    The pooler of BERT's kind is often left out, for sentence-transformers does not use it.
    """
    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("0_*/*.safetensors"))
    inner = getattr(model[0], "auto_model", None) or getattr(model[0], "model", None)
    if not files or inner is None:
        return
    stored = {key for file in files for key in _tensor_names(file)}
    prefix = f"{getattr(inner, 'base_model_prefix', '')}."
    stored |= {key.removeprefix(prefix) for key in stored}
    tied = set(getattr(inner, "all_tied_weights_keys", None) or ())
    lacking = [
        key
        for key, _ in inner.named_parameters()
        if key not in stored and key not in tied and "pooler" not in key
    ]
    if lacking:
        shown = ", ".join(lacking[:_SHOWN]) + (" …" if len(lacking) > _SHOWN else "")
        raise ModelError(
            f"the weights of the model {name!r} lack {len(lacking)} of its tensors ({shown}): "
            "its files do not belong together; copy them all again"
        )


def _tensor_names(file: Path) -> list[str]:
    """From the header: its length in 8 bytes, then JSON."""
    with file.open("rb") as opened:
        header = json.loads(opened.read(int.from_bytes(opened.read(_HEADER_BYTES), "little")))
    return [key for key in header if key != "__metadata__"]


def _model_key(name: str, folder: Path | None, model: Any) -> str:
    """A readable name and a hash of the weights (of the parameters themselves for a hub's model) and of the
    files that say how they are used."""
    label = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(name).name if folder else name).strip("-.")[-32:]
    if name == BUNDLED_NAME:
        return f"{label}-{WEIGHTS_SHA256[:12]}"
    files = sorted(folder.rglob("*.safetensors")) if folder else []
    digest = hashlib.sha256()
    for file in files:
        digest.update(weights_sha256(file).encode())
    if folder is not None:
        digest.update(setup_digest(folder))
    if not files:
        for parameter in model.state_dict().values():
            digest.update(parameter.cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return f"{label}-{digest.hexdigest()[:12]}"


def _fast_tokenizer(model: Any, name: str) -> Tokenizer:
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise ModelError(f"the model {name!r} has no fast tokenizer (tokenizer.json): choose one that has")
    return tokenizer
