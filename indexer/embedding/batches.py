"""Texts put together in batches of about equal length, so that little of the work is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.embedder import Ids

Tokens = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TokenBatch:
    """Texts for one forward pass: `rows` says which; `ids` and `mask` have shape (texts, longest)."""

    rows: tuple[int, ...]
    ids: Tokens
    mask: Tokens

    def halves(self) -> tuple[TokenBatch, TokenBatch]:
        """Two batches of half as many texts. There must be more than one."""
        middle = len(self.rows) // 2
        return self._part(slice(0, middle)), self._part(slice(middle, None))

    def _part(self, which: slice) -> TokenBatch:
        width = max(1, int(self.mask[which].sum(axis=1).max()))
        return TokenBatch(self.rows[which], self.ids[which, :width], self.mask[which, :width])


def length_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """The indices of the texts, longest first, in batches whose padded size stays within `budget` tokens.

    A text longer than the budget makes a batch by itself.
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def token_batches(
    texts: Sequence[Ids] | Sequence[Sequence[int]], budget: int, padding: int
) -> Iterator[TokenBatch]:
    """The token ids of texts, padded with the id `padding` and batched by length.

    A text without any token (an empty one, for a model that adds none) is one padding token.
    """
    lengths = [len(ids) for ids in texts]
    for rows in length_batches(lengths, budget):
        width = max(1, lengths[rows[0]])
        ids = np.full((len(rows), width), padding, dtype=np.int64)
        mask = np.zeros((len(rows), width), dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : lengths[row]] = texts[row]
            mask[place, : max(1, lengths[row])] = 1
        yield TokenBatch(tuple(rows), ids, mask)
