"""Matrix products in 8-bit integers, for processors that have no faster number format.

The weights of a `torch.nn.Linear` become integers once, channel by channel; the activations at each pass, by
the range they have there (dynamic quantisation; FBGEMM's kernels come with torch). Weights take 7 of the 8
bits: AVX2 adds two products in 16 bits, and 2 x 255 x 127 overflows where 2 x 255 x 63 does not (only
AVX512-VNNI and AMX add in 32 bits). Giving the activations the eighth bit is worth more than giving it to the
weights: measured on all-MiniLM-L6-v2, mean cosine to float32 .994 against .980.
"""

from __future__ import annotations

import warnings
from typing import Final

import torch
from torch import nn

_LARGEST: Final = 63
_LEAST_COLUMNS: Final = 64


def has_int8_kernels() -> bool:
    """Whether torch has fast 8-bit products for this processor (x86 with AVX2 or better)."""
    engines = torch.backends.quantized.supported_engines
    return "fbgemm" in engines and torch.backends.cpu.get_cpu_capability() not in ("DEFAULT", "NO AVX")


class Int8Linear(nn.Module):
    """A linear layer whose product is taken in integers. Inference only."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.in_features: Final = layer.in_features
        self.out_features: Final = layer.out_features
        weight = layer.weight.detach()
        scales = (weight.abs().amax(dim=1) / _LARGEST).clamp(min=1e-12).double()
        points = torch.zeros(layer.out_features, dtype=torch.int64)
        with warnings.catch_warnings():  # deprecated in favour of torchao, which has no kernels for AVX2
            warnings.filterwarnings("ignore", message=".*quantize_per_channel", category=UserWarning)
            integers = torch.quantize_per_channel(weight, scales, points, 0, torch.qint8)
        bias = None if layer.bias is None else layer.bias.detach()
        self._packed: Final = torch.ops.quantized.linear_prepack(integers, bias)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """As `torch.nn.Linear`."""
        product: torch.Tensor = torch.ops.quantized.linear_dynamic(inputs, self._packed)
        return product


def use_int8(model: nn.Module) -> int:
    """Replace the linear layers of `model` in place, except small ones; how many those were."""
    replaced = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            # Subclasses are left alone: what contains them may read their weights instead of calling them.
            if type(layer) is nn.Linear and layer.in_features >= _LEAST_COLUMNS:
                setattr(parent, name, Int8Linear(layer))
                replaced += 1
    return replaced
