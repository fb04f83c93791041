"""Collections of passages' vectors to search: 100,000 real ones, and a million made from them by noise.

Each row's access id says its topic (one of 200 k-means clusters) and a number drawn at random (one of 200),
so that one index answers under filters of either kind.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.passages import cache_folder, make_passages, read_vectors
from indexer.vectors.backend import VectorBatch, VectorIndexError
from indexer.vectors.manifest import read_manifest
from indexer.vectors.writer import rebuild_vectors

HELD_OUT: Final = 200
"""Passages that are in no collection."""
TUNED_ON: Final = 100
"""With so many of them `indexer.vectors.inverted` got its constants; the others are the questions."""
PARTS: Final = 200
_BATCH: Final = 16_384
_SEED: Final = 6
_SPREAD: Final = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""2¹²⁸ by the golden ratio: multiples of it look like the hashes that document ids are."""


@dataclass(frozen=True, slots=True)
class Collection:
    """An index in `folder` of `vectors` (n, d); chunk ids are row numbers."""

    folder: Path
    vectors: NDArray[np.float16]
    access_ids: NDArray[np.uint32]


def questions() -> NDArray[np.float32]:
    """100 real passages that are in no collection, and that nothing was fitted to."""
    return _real()[TUNED_ON:HELD_OUT].astype(np.float32)


def real_collection() -> Collection:
    """The distinct real passages."""
    vectors = _real()[HELD_OUT:]
    return _indexed(collections_folder() / "real", vectors, _topics(vectors))


def noisy_collection(rows: int) -> Collection:
    """Real passages, over and over, each with noise as large as the distance between neighbours."""
    real = _real()[HELD_OUT:]
    file = collections_folder() / f"noisy-{rows}.f2"
    if not file.exists():
        _write_noisy(file, real, rows)
    vectors = np.memmap(file, dtype="<f2", mode="r", shape=(rows, real.shape[1]))
    return _indexed(collections_folder() / f"index-{rows}", vectors, np.resize(_topics(real), rows))


def access_id(topic: NDArray[np.integer], drawn: NDArray[np.integer]) -> NDArray[np.uint32]:
    """The access id of rows of a topic and a drawn number, each from 0 to `PARTS` - 1."""
    return (1 + topic.astype(np.int64) * PARTS + drawn).astype(np.uint32)


def collections_folder() -> Path:
    """Where all of them are kept."""
    folder = Path(os.environ.get("SITELORE_BENCH_MILLION", "/tmp/sitelore-million"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _real() -> NDArray[np.float16]:
    make_passages(cache_folder())
    return read_vectors(cache_folder())


def _topics(real: NDArray[np.float16]) -> NDArray[np.int64]:
    vectors = real.astype(np.float32)
    means = faiss.Kmeans(vectors.shape[1], PARTS, niter=10, spherical=True, seed=_SEED)
    means.train(vectors)
    found: NDArray[np.int64] = means.index.search(vectors, 1)[1][:, 0]
    return found


def _indexed(folder: Path, vectors: NDArray[np.float16], topics: NDArray[np.int64]) -> Collection:
    """The index is made once, and again when its format is another."""
    drawn = np.random.default_rng(_SEED).integers(0, PARTS, len(vectors))
    found = Collection(folder, vectors, access_id(topics, drawn))
    try:
        made = read_manifest(folder)
    except VectorIndexError:
        made = None
    if made is None or made.rows != len(vectors):
        shutil.rmtree(folder, ignore_errors=True)
        rebuild_vectors(folder, "benchmark", vectors.shape[1], _batches(found))
    return found


def _batches(collection: Collection) -> Iterator[VectorBatch]:
    """Four rows in a row are of one document."""
    for start in range(0, len(collection.vectors), _BATCH):
        vectors = np.array(collection.vectors[start : start + _BATCH])
        numbers = np.arange(start, start + len(vectors))
        documents = tuple(f"{number // 4 * _SPREAD % (1 << 128):032x}" for number in numbers.tolist())
        yield VectorBatch(numbers, documents, collection.access_ids[numbers], vectors)


def _write_noisy(file: Path, real: NDArray[np.float16], rows: int) -> None:
    generator = np.random.default_rng(_SEED)
    dimension = real.shape[1]
    spread = _neighbour_distance(real) / np.sqrt(dimension)
    temporary = file.with_suffix(".tmp")
    with temporary.open("wb") as opened:
        for start in range(0, rows, _BATCH):
            numbers = np.arange(start, min(start + _BATCH, rows)) % len(real)
            noise = generator.standard_normal((len(numbers), dimension), dtype=np.float32)
            vectors = real[numbers].astype(np.float32) + noise * np.float32(spread)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            opened.write(vectors.astype("<f2").tobytes())
    temporary.replace(file)


def _neighbour_distance(real: NDArray[np.float16]) -> float:
    """The median distance from a passage to its nearest neighbour."""
    vectors = real.astype(np.float32)
    products = vectors[:500] @ vectors.T
    products[np.arange(500), np.arange(500)] = -1
    return float(np.median(np.sqrt(np.maximum(0, 2 - 2 * products.max(axis=1)))))
