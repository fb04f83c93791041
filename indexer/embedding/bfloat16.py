"""Matrix products in bfloat16, for processors with instructions for it (AVX512-BF16, AMX).

Weights are laid out once as oneDNN reads them; inputs are rounded at each product, sums are in float32.
"""

from __future__ import annotations

import torch
from torch import Tensor

from indexer.embedding.int8 import Product


def has_bfloat16_kernels() -> bool:
    """Whether torch's oneDNN multiplies in bfloat16 on this processor."""
    has_onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return has_onednn and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def bfloat16_product(weight: Tensor, bias: Tensor) -> Product:
    """What a linear layer with this weight, of shape (outputs, inputs), does, in bfloat16."""
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach().to(torch.bfloat16).contiguous())
    rounded = bias.detach().to(torch.bfloat16)

    def product(inputs: Tensor) -> Tensor:
        found: Tensor = torch.ops.mkldnn._linear_pointwise(
            inputs.to(torch.bfloat16), packed, rounded, "none", [], ""
        )
        return found.float()

    return product
