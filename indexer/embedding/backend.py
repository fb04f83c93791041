"""One forward pass: a batch of token ids in, vectors of length 1 out, in one number format on one device."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.embedding.batches import TokenBatch
from indexer.embedding.bfloat16 import has_bfloat16_kernels
from indexer.embedding.embedder import ModelError
from indexer.embedding.int8 import use_int8
from indexer.embedding.lean_bert import LeanBert, is_lean_bert, is_plain_bert
from indexer.embedding.packed_bert import PackedBert, has_packed_attention, moved
from indexer.embedding.precision import Precision

TORCH_TYPES: Final = {
    Precision.FLOAT32: torch.float32,
    Precision.BFLOAT16: torch.bfloat16,
    Precision.FLOAT16: torch.float16,
}
_GPU_BUDGET: Final = 65_536
_CPU_BUDGETS: Final = {Precision.BFLOAT16: 4096}
"""Tokens in a batch: what was fastest on a CPU with AMX. Others, and a `LeanBert`, are faster the more of a
batch stays in the caches: on one core with AVX2 int8 gave 23.7 chunks/s with 512 tokens, 21.0 with 1,024,
19.7 with 2,048; lean bfloat16 with AVX512 gave 91 with 512, 60 with 1,024."""
_OTHER_CPU_BUDGET: Final = 512


class OutOfMemoryError(Exception):
    """The device has no room for this batch; it may have for half of it."""


class Backend(Protocol):
    """Runs a model. Several threads may call it at once."""

    @property
    def device(self) -> str:
        """cpu, cuda, cuda:1 …"""

    @property
    def precision(self) -> Precision:
        """The format of the matrix products."""

    @property
    def token_budget(self) -> int:
        """How many tokens a batch should have at most."""

    def run(self, batch: TokenBatch) -> NDArray[np.float32]:
        """Shape (texts, dimension), each row of length 1; NaN where the model gives NaN.

        Raises `OutOfMemoryError` and `ModelError`.
        """


class TorchBackend:
    """A sentence-transformers model in torch. It is changed in place: give each backend its own.

    On a CPU sums, norms and results stay in float32, whatever the format; on a GPU, where reading and writing
    activations is what takes the time, all but the pooled vector is kept in the format. Attention is torch's
    `scaled_dot_product_attention`, fused on both; a BERT on a GPU is a `PackedBert`, without padding.
    """

    def __init__(self, model: Any, device: str, precision: Precision) -> None:
        self.device: Final = device
        self.precision: Final = precision
        self._is_gpu: Final = device.startswith("cuda")
        self.model: Final = model
        self._streams: Final = threading.local()
        self._packed: PackedBert | None = None
        self._is_narrow: Final = precision in (Precision.BFLOAT16, Precision.FLOAT16)
        self._mixed: Final = not self._is_gpu and self._is_narrow
        self.token_budget: Final = (
            _GPU_BUDGET if self._is_gpu else _CPU_BUDGETS.get(precision, _OTHER_CPU_BUDGET)
        )
        with _translated(device):
            self._prepare()

    def _prepare(self) -> None:
        model, precision = self.model, self.precision
        if precision is Precision.INT8:
            use_int8(model[0])
        elif self._is_gpu:
            number_format = TORCH_TYPES[precision]
            if self._is_narrow and is_plain_bert(model) and has_packed_attention(self.device):
                self._packed = PackedBert(model, self.device, number_format)
            else:
                model.to(number_format)
        elif self._mixed:
            _round_linear_layers(model, TORCH_TYPES[precision])

    def run(self, batch: TokenBatch) -> NDArray[np.float32]:
        """See `Backend.run`."""
        with _translated(self.device), self._stream():
            vectors = self._packed.forward(batch) if self._packed else self._forward(batch)
            # Waits for this thread's stream only: another thread's batch keeps the GPU busy meanwhile.
            found: NDArray[np.float32] = vectors.cpu().numpy()
        return found

    def _forward(self, batch: TokenBatch) -> torch.Tensor:
        features = {
            "input_ids": moved(batch.ids, self.device),
            "attention_mask": moved(batch.mask, self.device),
        }
        number_format = TORCH_TYPES.get(self.precision, torch.float32)
        with torch.inference_mode(), torch.autocast("cpu", number_format, enabled=self._mixed):
            output = self.model.forward(features)
        with torch.inference_mode():
            vectors = output["sentence_embedding"][:, : self.model.truncate_dim]  # Matryoshka; None: all
            return torch.nn.functional.normalize(vectors.float(), dim=1)

    @contextmanager
    def _stream(self) -> Iterator[None]:
        """A queue of work on the GPU for each thread."""
        if not self._is_gpu:
            yield
            return
        if not hasattr(self._streams, "own"):
            self._streams.own = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        with torch.cuda.stream(self._streams.own):
            yield


def open_backend(model: Any, device: str, precision: Precision) -> Backend:
    """What runs `model` fastest there in that format. `TorchBackend` changes it in place.

    Raises `ModelError` and `OutOfMemoryError`.
    """
    lean = precision is Precision.INT8 or (precision is Precision.BFLOAT16 and has_bfloat16_kernels())
    if device == "cpu" and lean and is_lean_bert(model):
        return LeanBert(model, precision)
    return TorchBackend(model, device, precision)


@contextmanager
def _translated(device: str) -> Iterator[None]:
    """What torch raises, as errors of ours."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        clear_frames(error.__traceback__)  # they hold what the batch had taken
        torch.cuda.empty_cache()
        raise OutOfMemoryError(str(error)) from error
    except RuntimeError as error:
        if "out of memory" in str(error).lower():
            raise OutOfMemoryError(str(error)) from error
        summary = str(error).strip().partition("\n")[0]
        raise ModelError(f"the model failed on {device}: {summary}; try another `index.device`") from error


def _round_linear_layers(model: Any, number_format: torch.dtype) -> None:
    """Keep the weights of the matrix products in the format they are used in, so that nothing converts
    them again for each batch; norms and embeddings stay exact."""
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(number_format)
