"""BERT on a GPU over texts laid one after the other: no token is padding, and little of Python runs.

Attention is FlashAttention's for texts of different lengths (Dao 2023, arXiv 2307.08691, by torch's
`varlen_attn`); query, key and value are one product. A pass is some 80 kernels, so that the thread that
begins them is soon done and prepares the next batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from indexer.embedding.batches import TokenBatch

_FIRST_FUSED: Final = 8
"""The compute capability (Ampere) from which FlashAttention runs."""


def has_packed_attention(device: str) -> bool:
    """Whether that GPU, and this torch, have attention over texts without padding."""
    try:
        from torch.nn.attention.varlen import varlen_attn  # noqa: F401, PLC0415 - torch 2.10 and later
    except ImportError:
        return False
    return bool(torch.cuda.get_device_capability(device)[0] >= _FIRST_FUSED)


class PackedBert:
    """The forward pass of a sentence-transformers model that `is_plain_bert`, moved to a device and format.

    `longest` is how many tokens of a text the model has positions for.
    """

    def __init__(self, model: Any, device: str, number_format: torch.dtype) -> None:
        model.to(device=device, dtype=number_format)
        encoder = model[0].auto_model
        config, embeddings = encoder.config, encoder.embeddings
        self._device: Final = device
        self._heads: Final = int(config.num_attention_heads)
        self._dimension: Final = model.truncate_dim
        self._first_only: Final = model[1].pooling_mode == "cls"
        self._first_norm: Final = embeddings.LayerNorm
        with torch.inference_mode():
            self._words: Final[Tensor] = embeddings.word_embeddings.weight
            positions, kinds = embeddings.position_embeddings.weight, embeddings.token_type_embeddings.weight
            self._places: Final[Tensor] = positions + kinds[0]
            self._layers: Final = [_Layer.of(layer) for layer in encoder.encoder.layer]

    def forward(self, batch: TokenBatch) -> Tensor:
        """Vectors of length 1 in float32, on the device: shape (texts, dimension)."""
        with torch.inference_mode():
            where = _Where.of(batch.mask, self._device)
            words = functional.embedding(moved(batch.ids[batch.mask > 0], self._device), self._words)
            states = self._first_norm(words + functional.embedding(where.positions, self._places))
            for layer in self._layers:
                states = layer.run(states, where, self._heads)
            pooled = states[where.starts[:-1].long()].float() if self._first_only else where.mean(states)
            return functional.normalize(pooled[:, : self._dimension], dim=1)


def moved(array: NDArray[Any], device: str) -> Tensor:
    """A copy on the device; a GPU's is under way when this returns, from memory that stays where it is."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    return tensor.pin_memory().to(device, non_blocking=True) if device.startswith("cuda") else tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Where:
    """Where each text's tokens begin (and the last one's end), how many it has, and each token's place."""

    starts: Tensor
    lengths: Tensor
    positions: Tensor
    longest: int

    @classmethod
    def of(cls, mask: NDArray[np.int64], device: str) -> _Where:
        lengths = mask.sum(axis=1)
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return cls(
            moved(starts, device),
            moved(lengths, device),
            moved(np.nonzero(mask)[1].astype(np.int32), device),
            int(lengths.max()),
        )

    def mean(self, states: Tensor) -> Tensor:
        """The mean of each text's states, in float32."""
        return torch.segment_reduce(states.float(), "mean", lengths=self.lengths)

    def attention(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Of each text over itself: shape (tokens, heads, width of one) in and out."""
        if not query.is_cuda:
            return self._one_by_one(query, key, value)
        from torch.nn.attention.varlen import varlen_attn  # noqa: PLC0415 - torch 2.10 and later

        found = varlen_attn(query, key, value, self.starts, self.starts, self.longest, self.longest)
        assert isinstance(found, Tensor)
        return found

    def _one_by_one(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """The same where torch has no kernel for it."""
        sizes = self.lengths.tolist()
        texts = zip(*(torch.split(s.transpose(0, 1), sizes, 1) for s in (query, key, value)), strict=True)
        found = [functional.scaled_dot_product_attention(*text) for text in texts]
        return torch.cat(found, 1).transpose(0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """Weights and biases; query, key and value as one product."""

    three: tuple[Tensor, Tensor]
    attended: Any
    attention_norm: Any
    inner: Any
    outer: Any
    output_norm: Any

    @classmethod
    def of(cls, layer: Any) -> _Layer:
        own, output = layer.attention.self, layer.attention.output
        three = (own.query, own.key, own.value)
        return cls(
            (torch.cat([each.weight for each in three]), torch.cat([each.bias for each in three])),
            output.dense,
            output.LayerNorm,
            layer.intermediate.dense,
            layer.output.dense,
            layer.output.LayerNorm,
        )

    def run(self, states: Tensor, where: _Where, heads: int) -> Tensor:
        """Shape (tokens, width) in and out."""
        query, key, value = functional.linear(states, *self.three).view(len(states), 3, heads, -1).unbind(1)
        found = where.attention(query, key, value).flatten(1)
        states = self.attention_norm(self.attended(found).add_(states))
        inner = functional.gelu(self.inner(states))
        after: Tensor = self.output_norm(self.outer(inner).add_(states))
        return after
