"""Document ids (32 hex digits) as pairs of 64-bit numbers, which arrays hold, compare and put in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

DocumentKeys = NDArray[np.uint64]
"""Shape (n, 2): the two halves of each id, the first one first. Their order is that of the ids."""


def id_halves(document_id: str) -> tuple[int, int]:
    """The two numbers of one id."""
    number = int(document_id, 16)
    return number >> 64, number & (2**64 - 1)


def document_keys(document_ids: Collection[str]) -> DocumentKeys:
    """The pairs of these ids."""
    return np.frombuffer(bytes.fromhex("".join(document_ids)), dtype=">u8").reshape(-1, 2).astype(np.uint64)


def joined_halves(first: Sequence[float | None], second: Sequence[float | None]) -> DocumentKeys:
    """The pairs of these halves, 0 where there is none."""
    halves = ([half or 0 for half in each] for each in (first, second))
    return np.stack([np.array(each, dtype=np.uint64) for each in halves], axis=1)


def document_names(keys: DocumentKeys) -> list[str]:
    """The ids behind these pairs."""
    digits = keys.astype(">u8").tobytes().hex()
    return [digits[start : start + 32] for start in range(0, len(digits), 32)]


def document_name(key: NDArray[np.uint64]) -> str:
    """The id behind one pair."""
    return f"{int(key[0]):016x}{int(key[1]):016x}"


def numbered(keys: DocumentKeys) -> tuple[DocumentKeys, NDArray[np.intp]]:
    """Each of these keys once, ascending, and for each of `keys` which of those it is: shape (n,)."""
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    ascending = keys[order]
    begins = np.concatenate([[True], (ascending[1:] != ascending[:-1]).any(axis=1)])[: len(keys)]
    numbers = np.empty(len(order), dtype=np.intp)
    numbers[order] = np.cumsum(begins) - 1
    return ascending[begins], numbers
