"""Smoothed products in integers stay closer to the exact ones than plain ones where some inputs reach far."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from indexer.embedding.int8 import int8_product
from indexer.embedding.smoothing import Reach, product_after_gelu, smoothed_product


def layer() -> tuple[Tensor, Tensor]:
    torch.manual_seed(7)
    return torch.randn(48, 64) / 8, torch.randn(48)


def lost(found: Tensor, inputs: Tensor) -> float:
    exact = functional.linear(inputs, *layer())
    return float((found - exact).norm() / exact.norm())


def test_columns_that_reach_far_cost_the_others_less() -> None:
    inputs = torch.randn(16, 64)
    inputs[:, 5] *= 60
    reach = Reach()
    reach.watching(int8_product(*layer()))(inputs)
    assert torch.equal(reach.largest, inputs.abs().amax(dim=0))
    plain, smoothed = int8_product(*layer())(inputs), smoothed_product(*layer(), reach.largest)(inputs)
    assert lost(smoothed, inputs) < lost(plain, inputs) / 2


def test_a_row_that_reaches_far_after_gelu_costs_the_others_nothing() -> None:
    inputs = functional.gelu(torch.randn(16, 64))
    product = product_after_gelu(*layer())
    alone = product(inputs)
    inputs[3] *= 100
    assert torch.equal(product(inputs)[:3], alone[:3])
    assert lost(alone[:3], inputs[:3]) < lost(int8_product(*layer())(inputs)[:3], inputs[:3]) / 4


def test_rows_all_below_zero_keep_what_gelu_gives_at_its_least() -> None:
    inputs = torch.full((2, 64), -0.17)
    assert lost(product_after_gelu(*layer())(inputs), inputs) < 0.02
