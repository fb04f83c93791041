"""Spherical k-means and the nearest centroid of each row: on a GPU where this process has one, else by FAISS.

faiss-gpu is not needed for it: both are one large product after the other, which torch does as well. Of a
million rows with 384 dimensions an H200 makes them in half a second, 16 cores in twelve (docs/indexing.md).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import faiss
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Rows = NDArray[np.float32]
Nearest = Callable[[Rows], NDArray[np.int32]]
"""The number of the centroid nearest to each row."""
_ROUNDS: Final = 5
_SEED: Final = 1
_AT_A_TIME: Final = 65_536
"""Rows compared with all centroids: at most 2 GB of products."""


def gpu() -> str | None:
    """The device to use, where a model has loaded torch already; an index alone never does."""
    torch = sys.modules.get("torch")
    return "cuda" if torch is not None and torch.cuda.is_available() else None


def centroids(sample: Rows, lists: int, device: str | None) -> Rows:
    """By spherical k-means: shape (lists, dimension), of length 1. `sample` has at least as many rows."""
    return _by_faiss(sample, lists) if device is None else _by_torch(sample, lists, device)


def nearest(centres: Rows, device: str | None) -> Nearest:
    """What finds the nearest of `centres`, by inner product."""
    if device is None:
        index = faiss.IndexFlatIP(centres.shape[1])
        index.add(centres)
        return lambda rows: index.search(rows, 1)[1][:, 0].astype(np.int32)
    import torch  # noqa: PLC0415 - only where it is loaded anyway

    there = torch.from_numpy(centres).to(device)
    return lambda rows: _nearest(torch.from_numpy(rows).to(device), there).cpu().numpy().astype(np.int32)


def _by_faiss(sample: Rows, lists: int) -> Rows:
    means = faiss.Kmeans(
        sample.shape[1],
        lists,
        niter=_ROUNDS,
        spherical=True,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=-(-len(sample) // lists),
    )
    means.train(sample)
    return np.array(means.centroids, dtype=np.float32).reshape(lists, -1)


def _by_torch(sample: Rows, lists: int, device: str) -> Rows:
    """A list that nothing is nearest to keeps its centroid."""
    import torch  # noqa: PLC0415 - only where it is loaded anyway

    rows = torch.from_numpy(sample).to(device)
    first = torch.randperm(len(rows), generator=torch.Generator().manual_seed(_SEED))[:lists]
    centres = rows[first.to(device)]
    for _ in range(_ROUNDS):
        sums = torch.zeros_like(centres).index_add_(0, _nearest(rows, centres), rows)
        means = torch.nn.functional.normalize(sums, dim=1)
        centres = torch.where(sums.any(dim=1, keepdim=True), means, centres)
    found: Rows = centres.cpu().numpy()
    return found


def _nearest(rows: Tensor, centres: Tensor) -> Tensor:
    import torch  # noqa: PLC0415 - only where it is loaded anyway

    return torch.cat([(some @ centres.T).argmax(1) for some in torch.split(rows, _AT_A_TIME)])
