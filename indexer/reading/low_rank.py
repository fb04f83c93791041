"""A model turned into another one by small changes that are kept in a file.

Hu et al. 2021, *LoRA: Low-Rank Adaptation of Large Language Models* (arXiv 2106.09685): what fine-tuning
adds to a weight is a product of two narrow matrices, `NAME.up` (outputs, rank) and `NAME.down` (rank,
inputs). It is added once, when the model is loaded; norms and biases are replaced.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

_UP: Final = ".up"
_DOWN: Final = ".down"


def change(encoder: nn.Module, file: Path) -> dict[str, Tensor]:
    """Apply the changes in `file` to `encoder`, in place; returns what else is in the file, in float32.

    The file was made for this very encoder: raises `AttributeError` for a name that it lacks.
    """
    tensors = {name: tensor.float() for name, tensor in load_file(file).items()}
    known = dict(encoder.named_parameters())
    rest = {}
    with torch.no_grad():
        for name, tensor in tensors.items():
            if name.endswith(_UP):
                layer = name.removesuffix(_UP)
                encoder.get_parameter(f"{layer}.weight").add_(tensor @ tensors[layer + _DOWN])
            elif name in known:
                known[name].copy_(tensor)
            elif not name.endswith(_DOWN):
                rest[name] = tensor
    return rest
