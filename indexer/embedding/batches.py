"""Texts put together in batches of about equal length, so that little of the work is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

TOKEN_BUDGET: Final = 4096
"""Tokens in a batch, padding included. Batches above 8,192 tokens are slower (CPU caches)."""


def length_batches(lengths: Sequence[int], budget: int = TOKEN_BUDGET) -> Iterator[list[int]]:
    """The indices of the texts, longest first, in batches whose padded size stays within `budget` tokens.

    A text longer than the budget makes a batch by itself.
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size
