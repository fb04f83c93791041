"""Models that run in this process, on sentence-transformers."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer.chunking.tokens import counting_tokenizer
from indexer.embedding.batches import length_batches
from indexer.embedding.bundled import BUNDLED_NAME, WEIGHTS_SHA256, bundled_model, weights_sha256
from indexer.embedding.embedder import ModelError, Vectors
from indexer.embedding.identity import setup_digest
from indexer.embedding.precision import Precision, calibrated, machine_has_fast_bfloat16

_TORCH_TYPES: Final = {Precision.BFLOAT16: torch.bfloat16, Precision.FLOAT16: torch.float16}
_MOST_WINDOW: Final = 8192
_FIRST_PROMPTS: Final = ("document", "passage")


class LocalEmbedder:
    """A sentence-transformers model on the CPU or a GPU.

    `name` is the bundled model's, a folder, or a hub name (the only case in which something may be
    downloaded). `precision` is measured when it is not given; `cache` keeps what was measured. `threads`
    is the number of CPU threads of the whole process. Raises `ModelError` when the model cannot be loaded.
    """

    def __init__(
        self,
        name: str = BUNDLED_NAME,
        *,
        device: str = "auto",
        precision: Precision | None = None,
        threads: int | None = None,
        cache: Path | None = None,
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        self.device: Final = _device(device)
        self._model, self.model_key = _load(name, self.device)
        self._fast_tokenizer: Final[Tokenizer] = _fast_tokenizer(self._model, name)
        self.tokenizer: Final = counting_tokenizer(self._fast_tokenizer)
        self.window: Final = min(int(self._model.max_seq_length or _MOST_WINDOW), _MOST_WINDOW)
        self.dimension: Final = int(self._model.get_embedding_dimension())
        prompts: dict[str, str] = self._model.prompts
        self.passage_prompt: Final = next((prompts[key] for key in _FIRST_PROMPTS if prompts.get(key)), "")
        self._query_prompt: Final = prompts.get("query") or ""
        self._fast_tokenizer.no_padding()
        self._fast_tokenizer.enable_truncation(self.window)
        self.precision: Final = precision or self._best_precision(cache)
        if self.precision is not Precision.FLOAT32:
            _round_linear_layers(self._model, _TORCH_TYPES[self.precision])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self._embed([self.passage_prompt + text for text in texts], self.precision).astype(np.float16)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """See `Embedder.embed_query`."""
        vector: NDArray[np.float32] = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.embed_queries`."""
        return self._embed([self._query_prompt + text for text in texts], self.precision)

    def _best_precision(self, cache: Path | None) -> Precision:
        if self.device.startswith("cuda"):
            return Precision.FLOAT16
        if self.device != "cpu" or not machine_has_fast_bfloat16():
            return Precision.FLOAT32
        return calibrated(self._timed, cache, self.model_key)

    def _timed(self, precision: Precision, texts: Sequence[str]) -> tuple[NDArray[np.float32], float]:
        """Vectors and seconds of processor time on one thread, which other processes hardly disturb."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            started = time.process_time()
            return self._embed(texts, precision), time.process_time() - started
        finally:
            torch.set_num_threads(threads)

    def _embed(self, texts: Sequence[str], precision: Precision) -> NDArray[np.float32]:
        encodings = self._fast_tokenizer.encode_batch_fast(list(texts))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        reduced = precision is not Precision.FLOAT32
        kind = self.device.partition(":")[0]
        with (
            torch.inference_mode(),
            torch.autocast(kind, _TORCH_TYPES.get(precision, torch.bfloat16), enabled=reduced),
        ):
            for batch in length_batches([len(encoding) for encoding in encodings]):
                output = self._model.forward(self._features([encodings[index] for index in batch]))
                found = torch.nn.functional.normalize(output["sentence_embedding"].float(), dim=1)
                vectors[batch] = found.cpu().numpy()
        return vectors

    def _features(self, encodings: Sequence[Any]) -> dict[str, torch.Tensor]:
        """Token ids padded to the longest, and the mask that says which are real."""
        width = max(len(encoding) for encoding in encodings)
        padding = self._model.tokenizer.pad_token_id or 0
        ids = np.full((len(encodings), width), padding, dtype=np.int64)
        mask = np.zeros((len(encodings), width), dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        return {
            "input_ids": torch.from_numpy(ids).to(self.device),
            "attention_mask": torch.from_numpy(mask).to(self.device),
        }


def _device(wanted: str) -> str:
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError(
            f"`index.device` is {wanted}, but torch {torch.__version__} finds no GPU; write auto or cpu, or "
            "install the driver and torch for CUDA"
        )
    return wanted


def _load(name: str, device: str) -> tuple[Any, str]:
    """The model and its key."""
    folder = _folder(name)
    if folder is not None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - reads HF_HUB_OFFLINE at import
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]  # standard error belongs to the command
    try:
        model = SentenceTransformer(str(folder or name), device=device, local_files_only=folder is not None)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"the model {name!r} could not be loaded: {error}") from error
    model.eval()
    return model, _model_key(name, folder, model)


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


def _model_key(name: str, folder: Path | None, model: Any) -> str:
    """A readable name and a hash of the weights (of the parameters themselves for a hub's model)."""
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


def _round_linear_layers(model: Any, number_format: torch.dtype) -> None:
    """Keep the weights of the matrix products in the format they are used in, so that nothing converts
    them again for each batch; norms and embeddings stay exact."""
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(number_format)
