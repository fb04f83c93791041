"""Vectors as bytes: 8 bits a dimension that are scanned, and a ninth for the order of the best."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_LARGEST: Final = 127
_ZERO: Final = 128
_SMALLEST_STEP: Final = np.float32(2**-21)
"""With less a float16 could not tell the halves of a step apart (its smallest difference is 2⁻²⁴)."""


def steps_of(largest: NDArray[np.float32], former: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """What one step of a code is worth in each dimension: no value, `largest` (d,) at most, is cut off.

    `former`, the largest steps of the codes that values come from, stand wherever they reach. Codes of these
    steps are then not rounded again (see `encode`); others are, to a quarter of the new step at most. Steps
    never shrink, so after m merges a value is at most m / 4 of its step away from the one that was added, and
    the score of a query of length 1 at most m / 4 · |steps|₂ (Cauchy-Schwarz): a row is merged log₈ n times.
    """
    needed = np.maximum(largest / np.float32(_LARGEST), _SMALLEST_STEP)
    steps = needed if former is None else np.where(largest < _ZERO * former, former, needed)
    return steps.astype(np.float32)


def encode(
    vectors: NDArray[np.floating], steps: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The codes (n, d), and which half of its step each value lies in: a bit each, (n, ⌈d / 8⌉).

    What `decode` gave, as float16, becomes the same codes again.
    """
    halves = np.floor((vectors.astype(np.float32) / steps + _ZERO) * 2)
    numbers = np.clip(halves, 0, 511).astype(np.uint16)
    return (numbers >> 1).astype(np.uint8), np.packbits((numbers & 1).astype(np.uint8), axis=1)


def decode(
    codes: NDArray[np.uint8], halves: NDArray[np.uint8], steps: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The middles of the half steps: shape (n, d)."""
    bits = np.unpackbits(halves, axis=1, count=codes.shape[1])
    values: NDArray[np.float32] = (codes + bits * np.float32(0.5) + np.float32(0.25 - _ZERO)) * steps
    return values


def products(
    codes: NDArray[np.uint8],
    halves: NDArray[np.uint8],
    steps: NDArray[np.float32],
    query: NDArray[np.float32],
) -> NDArray[np.float32]:
    """`decode(…) @ query`, without the vectors in between."""
    weights = query * steps
    bits = np.unpackbits(halves, axis=1, count=codes.shape[1])
    found = dots(codes.astype(np.float32), weights)
    found += dots(bits.astype(np.float32), weights * np.float32(0.5))
    found += weights.sum() * np.float32(0.25 - _ZERO)
    return found


def dots(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """`matrix @ vector` on this core: BLAS would wait for others, for longer than the product takes."""
    found: NDArray[np.float32] = np.einsum("ij,j->i", matrix, vector)
    return found


def whole_numbers(query: NDArray[np.float32], steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """The query for products with codes in whole numbers: FAISS's kernel for signed bytes wants it so."""
    weights = query * steps
    largest = np.abs(weights).max(initial=0)
    scaled: NDArray[np.float32] = np.rint(weights * (_LARGEST / max(largest, 1e-30)))
    return scaled.astype(np.float32)
