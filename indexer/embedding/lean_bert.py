"""BERT on a CPU with narrow weights: few bytes of them are read, and little of Python runs.

A question has a dozen tokens: each weight that is read from memory is used a dozen times only, so that
reading is what takes the time. FBGEMM (Khudia et al. 2021, arXiv 2101.05615) keeps the weights of its
products as float16 and multiplies in float32, where vectors stay within a cosine of .99999, or multiplies
8-bit integers, which is faster for passages, too (`indexer.embedding.int8`); oneDNN multiplies bfloat16
(`indexer.embedding.bfloat16`). Query, key and value are one product; a batch without padding needs no mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from indexer.embedding.batches import TokenBatch
from indexer.embedding.bfloat16 import bfloat16_product
from indexer.embedding.int8 import Product, int8_product
from indexer.embedding.precision import Precision

_TOKEN_BUDGET: Final = 512


class LeanBert:
    """A `Backend` over the weights of a sentence-transformers model that `is_lean_bert`, on a CPU.

    The parameters beside its products are shared with the model, which must stay as it is.
    """

    device: Final = "cpu"
    token_budget: Final = _TOKEN_BUDGET

    def __init__(self, model: Any, precision: Precision = Precision.FLOAT32) -> None:
        self.precision: Final = precision
        encoder = model[0].auto_model
        config, embeddings = encoder.config, encoder.embeddings
        self._heads: Final = int(config.num_attention_heads)
        self._dimension: Final = model.truncate_dim
        self._first_only: Final = model[1].pooling_mode == "cls"
        with torch.inference_mode():
            self._words: Final[Tensor] = embeddings.word_embeddings.weight
            positions, kinds = embeddings.position_embeddings.weight, embeddings.token_type_embeddings.weight
            self._places: Final[Tensor] = positions + kinds[0]
            self._second: Final[Tensor] = kinds[-1] - kinds[0]
            self._first_norm: Final = _Norm.of(embeddings.LayerNorm)
            self._layers: Final = [_Layer.of(layer, _PRODUCTS[precision]) for layer in encoder.encoder.layer]

    def run(self, batch: TokenBatch) -> NDArray[np.float32]:
        """See `Backend.run`."""
        with torch.inference_mode():
            where = _Where.of(batch.mask)
            words = functional.embedding(torch.from_numpy(batch.ids[batch.mask > 0]), self._words)
            states = self._states(words + self._places[where.positions], where)
            pooled = where.first(states) if self._first_only else where.mean(states)
            vectors: NDArray[np.float32] = functional.normalize(pooled[:, : self._dimension], dim=1).numpy()
        return vectors

    def pair_states(self, ids: Sequence[int], second: int) -> Tensor:
        """The states of a text in two parts, the other one from `second` on: shape (tokens, width).

        To be called in torch's inference mode.
        """
        where = _Where.of(np.ones((1, len(ids)), dtype=np.int64))
        words = functional.embedding(torch.tensor(ids), self._words) + self._places[: len(ids)]
        words[second:] += self._second
        return self._states(words, where)

    def _states(self, embedded: Tensor, where: _Where) -> Tensor:
        states = self._first_norm(embedded)
        for layer in self._layers:
            states = layer.run(states, where, self._heads)
        return states


def is_lean_bert(model: Any) -> bool:
    """Whether a model `is_plain_bert`, in float32 on a CPU that FBGEMM has products for."""
    return (
        is_plain_bert(model)
        and "fbgemm" in torch.backends.quantized.supported_engines
        and all(weight.dtype == torch.float32 and weight.is_cpu for weight in model.parameters())
    )


def is_plain_bert(model: Any) -> bool:
    """Whether a sentence-transformers model is a BERT with pooling by mean or first token, and nothing but
    normalisation after it."""
    kinds = [type(module).__name__ for module in model]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return False
    encoder, pooling = model[0].auto_model, model[1]
    if type(encoder).__name__ != "BertModel":
        return False
    config: Any = encoder.config
    return (
        config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", None) in (None, "absolute")
        and not config.is_decoder
        and pooling.pooling_mode in ("mean", "cls")
        and bool(pooling.include_prompt)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Where:
    """Where the tokens of a batch stand. They lie one text after the other, without padding; only attention
    sees them padded, as `shape` (texts, longest), where `mask` tells tokens (None: all are)."""

    shape: tuple[int, int]
    lengths: Tensor
    positions: Tensor
    mask: Tensor | None

    @classmethod
    def of(cls, mask: NDArray[np.int64]) -> _Where:
        real = mask > 0
        return cls(
            (mask.shape[0], mask.shape[1]),
            torch.from_numpy(mask.sum(axis=1)),
            torch.from_numpy(np.nonzero(real)[1]),
            None if real.all() else torch.from_numpy(real),
        )

    def padded(self, states: Tensor) -> Tensor:
        """Shape (texts, longest, n) of (tokens, n)."""
        if self.mask is None:
            return states.view(*self.shape, -1)
        room = states.new_zeros(*self.shape, states.shape[1])
        room[self.mask] = states
        return room

    def bare(self, states: Tensor) -> Tensor:
        """The inverse of `padded`."""
        return states.flatten(0, 1) if self.mask is None else states[self.mask]

    def first(self, states: Tensor) -> Tensor:
        """The state of each text's first token."""
        return states[self.lengths.cumsum(0) - self.lengths]

    def mean(self, states: Tensor) -> Tensor:
        """The mean of each text's states."""
        return self.padded(states).sum(1) / self.lengths[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    @classmethod
    def of(cls, norm: Any) -> _Norm:
        return cls(norm.weight, norm.bias, norm.eps)

    def __call__(self, states: Tensor) -> Tensor:
        return functional.layer_norm(states, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """The products of a layer, query, key and value in one."""

    attention: Product
    attended: Product
    attention_norm: _Norm
    inner: Product
    outer: Product
    output_norm: _Norm

    @classmethod
    def of(cls, layer: Any, product: Callable[[Tensor, Tensor], Product]) -> _Layer:
        own, output = layer.attention.self, layer.attention.output
        three = (own.query, own.key, own.value)
        return cls(
            product(torch.cat([each.weight for each in three]), torch.cat([each.bias for each in three])),
            product(output.dense.weight, output.dense.bias),
            _Norm.of(output.LayerNorm),
            product(layer.intermediate.dense.weight, layer.intermediate.dense.bias),
            product(layer.output.dense.weight, layer.output.dense.bias),
            _Norm.of(layer.output.LayerNorm),
        )

    def run(self, states: Tensor, where: _Where, heads: int) -> Tensor:
        """Shape (tokens, width) in and out."""
        three = where.padded(self.attention(states))
        query, key, value = three.view(*three.shape[:2], 3, heads, -1).permute(2, 0, 3, 1, 4)
        mask = None if where.mask is None else where.mask[:, None, None, :]
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        found = where.bare(found.transpose(1, 2).flatten(2))
        states = self.attention_norm(self.attended(found).add_(states))
        inner = functional.gelu(self.inner(states))
        return self.output_norm(self.outer(inner).add_(states))


def _float16_product(weight: Tensor, bias: Tensor) -> Product:
    """Weights in float16, all else in float32."""
    packed = torch.ops.quantized.linear_prepack_fp16(weight.detach().clone(), bias.detach().clone())

    def product(inputs: Tensor) -> Tensor:
        found: Tensor = torch.ops.quantized.linear_dynamic_fp16(inputs, packed)
        return found

    return product


_PRODUCTS: Final = {
    Precision.FLOAT32: _float16_product,
    Precision.BFLOAT16: bfloat16_product,
    Precision.INT8: int8_product,
}
