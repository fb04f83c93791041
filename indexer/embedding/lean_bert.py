"""BERT for a few short texts on a CPU: half the bytes of its weights are read, and little of Python runs.

A question has a dozen tokens: each weight that is read from memory is used a dozen times only, so that
reading is what takes the time. FBGEMM keeps the weights of its products as float16 and multiplies in float32
(Khudia et al. 2021, arXiv 2101.05615): vectors stay within a cosine of .99999.
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
from indexer.embedding.precision import Precision

_TOKEN_BUDGET: Final = 512


class LeanBert:
    """A `Backend` over the weights of a sentence-transformers model that `is_lean_bert`.

    The parameters beside its products are shared with the model, which must stay as it is.
    """

    device: Final = "cpu"
    precision: Final = Precision.FLOAT32
    token_budget: Final = _TOKEN_BUDGET

    def __init__(self, model: Any) -> None:
        encoder = model[0].auto_model
        config, embeddings = encoder.config, encoder.embeddings
        self._heads: Final = int(config.num_attention_heads)
        self._width: Final = int(config.hidden_size)
        self._dimension: Final = model.truncate_dim
        self._first_only: Final = model[1].pooling_mode == "cls"
        with torch.inference_mode():
            self._words: Final[Tensor] = embeddings.word_embeddings.weight
            positions, kinds = embeddings.position_embeddings.weight, embeddings.token_type_embeddings.weight
            self._places: Final[Tensor] = positions + kinds[0]
            self._first_norm: Final = _Norm.of(embeddings.LayerNorm)
            self._layers: Final = [_Layer.of(layer) for layer in encoder.encoder.layer]

    def run(self, batch: TokenBatch) -> NDArray[np.float32]:
        """See `Backend.run`."""
        mask = torch.from_numpy(batch.mask)
        padded = not batch.mask.all()
        with torch.inference_mode():
            words = functional.embedding(torch.from_numpy(batch.ids), self._words)
            states = self._first_norm(words + self._places[: batch.ids.shape[1]])
            attended = mask[:, None, None, :].bool() if padded else None
            for layer in self._layers:
                states = layer.run(states, attended, self._heads)
            pooled = states[:, 0] if self._first_only else _mean(states, mask)
            vectors: NDArray[np.float32] = functional.normalize(pooled[:, : self._dimension], dim=1).numpy()
        return vectors


def is_lean_bert(model: Any) -> bool:
    """Whether a sentence-transformers model is a BERT in float32 on a CPU that FBGEMM has products for, with
    pooling by mean or first token, and nothing but normalisation after it."""
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
        and pooling.include_prompt
        and "fbgemm" in torch.backends.quantized.supported_engines
        and all(weight.dtype == torch.float32 and weight.is_cpu for weight in model.parameters())
    )


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
    """The packed products of a layer, query, key and value in one."""

    attention: Any
    attended: Any
    attention_norm: _Norm
    inner: Any
    outer: Any
    output_norm: _Norm

    @classmethod
    def of(cls, layer: Any) -> _Layer:
        own, output = layer.attention.self, layer.attention.output
        three = (own.query, own.key, own.value)
        return cls(
            _packed(torch.cat([each.weight for each in three]), torch.cat([each.bias for each in three])),
            _packed(output.dense.weight, output.dense.bias),
            _Norm.of(output.LayerNorm),
            _packed(layer.intermediate.dense.weight, layer.intermediate.dense.bias),
            _packed(layer.output.dense.weight, layer.output.dense.bias),
            _Norm.of(layer.output.LayerNorm),
        )

    def run(self, states: Tensor, attended: Tensor | None, heads: int) -> Tensor:
        """Shape (texts, tokens, width) in and out; `attended` says which tokens are no padding."""
        texts, tokens, width = states.shape
        parts = _product(states, self.attention).view(texts, tokens, 3, heads, width // heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=attended)
        found = found.transpose(1, 2).reshape(texts, tokens, width)
        states = self.attention_norm(states + _product(found, self.attended))
        inner = functional.gelu(_product(states, self.inner))
        return self.output_norm(states + _product(inner, self.outer))


def _packed(weight: Tensor, bias: Tensor) -> Any:
    return torch.ops.quantized.linear_prepack_fp16(weight.detach().clone(), bias.detach().clone())


def _product(states: Tensor, packed: Any) -> Tensor:
    found: Tensor = torch.ops.quantized.linear_dynamic_fp16(states, packed)
    return found


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask[:, :, None].to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)
