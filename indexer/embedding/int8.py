"""Matrix products in 8-bit integers, for processors that have no faster number format.

The weights of a `torch.nn.Linear` become integers once, channel by channel; the activations at each pass, by
the range they have there (dynamic quantisation; FBGEMM's kernels come with torch). Weights take 7 of the 8
bits: AVX2 adds two products in 16 bits, and 2 x 255 x 127 overflows where 2 x 255 x 63 does not (only
AVX512-VNNI and AMX add in 32 bits). Giving the activations the eighth bit is worth more than giving it to the
weights: measured on all-MiniLM-L6-v2, mean cosine to float32 .994 against .980.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn

Product = Callable[[Tensor], Tensor]
"""Takes (…, inputs) to (…, outputs)."""
_LARGEST: Final = 63
_LEAST_COLUMNS: Final = 64


def has_int8_kernels() -> bool:
    """Whether torch has fast 8-bit products for this processor (x86 with AVX2 or better)."""
    engines = torch.backends.quantized.supported_engines
    return "fbgemm" in engines and torch.backends.cpu.get_cpu_capability() not in ("DEFAULT", "NO AVX")


def int8_product(weight: Tensor, bias: Tensor | None) -> Product:
    """What a linear layer with this weight, of shape (outputs, inputs), does, in integers."""
    scales = (weight.detach().abs().amax(dim=1) / _LARGEST).clamp(min=1e-12).double()
    points = torch.zeros(len(weight), dtype=torch.int64)
    with warnings.catch_warnings():  # deprecated in favour of torchao, which has no kernels for AVX2
        warnings.filterwarnings("ignore", message=".*quantize_per_channel", category=UserWarning)
        integers = torch.quantize_per_channel(weight.detach(), scales, points, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(integers, None if bias is None else bias.detach())

    def product(inputs: Tensor) -> Tensor:
        found: Tensor = torch.ops.quantized.linear_dynamic(inputs, packed)
        return found

    return product


class Int8Linear(nn.Module):
    """A linear layer whose product is taken in integers. Inference only."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.in_features: Final = layer.in_features
        self.out_features: Final = layer.out_features
        self._product: Final = int8_product(layer.weight, layer.bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """As `torch.nn.Linear`."""
        return self._product(inputs)


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
