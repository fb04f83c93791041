"""The reader as it is trained: the bundled model, whose weights stay, and learned changes of low rank.

The names of what is learned are those by which `indexer.reading.low_rank` applies it.
"""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

RANK: Final = 32
DROPPED: Final = 0.1
_WIDTH: Final = 384
_HEADS: Final = 12


class ChangedLinear(nn.Module):
    """A linear layer whose weight stays; `up @ down` is added to it (Hu et al. 2021, arXiv 2106.09685)."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight: Final = nn.Parameter(layer.weight.detach().clone(), requires_grad=False)
        self.bias: Final = nn.Parameter(layer.bias.detach().clone())
        outputs, inputs = layer.weight.shape
        self.down: Final = nn.Parameter(torch.randn(RANK, inputs) / math.sqrt(inputs))
        self.up: Final = nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, inputs: Tensor) -> Tensor:
        """As the layer, changed."""
        changed = functional.linear(functional.linear(inputs, self.down), self.up)
        return functional.linear(inputs, self.weight, self.bias) + changed


class TrainedReader(nn.Module):
    """`encoder` (the bundled one, changed in place) with three heads: the ends of a span, that there is none,
    and the verdict whether the text answers at all."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder: Final = encoder
        for parameter in encoder.parameters():
            parameter.requires_grad_(False)
        for module in list(encoder.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(module, name, ChangedLinear(child))
                elif isinstance(child, nn.LayerNorm):
                    child.requires_grad_(True)
        encoder.embeddings.token_type_embeddings.weight.requires_grad_(True)
        self.ends: Final = nn.Linear(_WIDTH, 2)
        self.none: Final = nn.Linear(_WIDTH, 1)
        self.verdict: Final = nn.Linear(_WIDTH, 1)

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Scores of each token as first and as last one, of no answer, and the verdict; all in float32."""
        embeddings = self.encoder.embeddings
        places = embeddings.position_embeddings.weight[: ids.shape[1]]
        words = embeddings.word_embeddings(ids) + embeddings.token_type_embeddings(kinds) + places
        states = functional.dropout(embeddings.LayerNorm(words), DROPPED, self.training)
        for layer in self.encoder.encoder.layer:
            states = self._layer(layer, states, mask[:, None, None, :])
        ends = self.ends(states.float())
        first = states[:, 0].float()
        return ends[..., 0], ends[..., 1], self.none(first)[:, 0], self.verdict(first)[:, 0]

    def learned(self) -> dict[str, Tensor]:
        """What was learned, in float16, by the names of the file."""
        return {
            name.removeprefix("encoder."): each.detach().half().cpu().contiguous()
            for name, each in self.named_parameters()
            if each.requires_grad
        }

    def _layer(self, layer: Any, states: Tensor, seen: Tensor) -> Tensor:
        own, output = layer.attention.get_submodule("self"), layer.attention.output
        query, key, value = (
            product(states).unflatten(-1, (_HEADS, -1)).transpose(1, 2)
            for product in (own.query, own.key, own.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        states = output.LayerNorm(states + self._dropped(output.dense(mixed.transpose(1, 2).flatten(2))))
        inner = functional.gelu(layer.intermediate.dense(states))
        found: Tensor = layer.output.LayerNorm(states + self._dropped(layer.output.dense(inner)))
        return found

    def _dropped(self, states: Tensor) -> Tensor:
        return functional.dropout(states, DROPPED, self.training)
