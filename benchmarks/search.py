"""The vector search alone: recall@10 beside exact search, time, size and opening, with filters and without.

Over 100,000 distinct real passages and a million made from them (`benchmarks.vector_collections`), with 100
real passages as questions to which nothing was fitted. A filter lets 50 %, 5 % or .5 % through, drawn at
random or by topics. Indexes are kept in `SITELORE_BENCH_MILLION` (/tmp/sitelore-million); making them takes
some minutes the first time.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.lexical_collection import lexical_collection
from benchmarks.passages import COUNT
from benchmarks.report import Figure, print_figure
from benchmarks.vector_collections import (
    PARTS,
    Collection,
    access_id,
    collections_folder,
    noisy_collection,
    questions,
    real_collection,
)
from indexer.retrieval.candidates import NEAREST
from indexer.vectors.reader import VectorReader

MILLION: Final = 1_000_000
SHARES: Final = (0.5, 0.05, 0.005)
BEST: Final = 10
_OPENINGS: Final = 5
_WARMING: Final = 20
_SLICE: Final = 65_536
_SEED: Final = 6
_QUESTIONS_PER_DRAW: Final = 20
"""After so many questions other topics and numbers are drawn."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A kind of caller: access ids by question, some in a row the same."""

    name: str
    allowed: tuple[NDArray[np.uint32], ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds by question, as the clock saw them and the processor, and the chunk ids found."""

    wall: NDArray[np.float64]
    processor: NDArray[np.float64]
    found: NDArray[np.int64]


def main() -> None:
    """Measure and print the figures."""
    asked = questions()
    for name, collection in (("100,000", real_collection()), ("1,000,000", noisy_collection(MILLION))):
        _print_searches(name, collection, asked)
    _print_opening(collection.folder, asked)
    _print_sizes(collection)


def _print_sizes(collection: Collection) -> None:
    vectors = _bytes(collection.folder) / len(collection.vectors)
    words = _bytes(lexical_collection(collections_folder() / "lexical")) / COUNT
    print_figure(Figure("vectors of 1,000,000", vectors, "bytes/chunk"))
    print_figure(Figure(f"words of {COUNT:,}", words, "bytes/chunk"))
    print_figure(Figure("both, words as of 100,000", vectors + words, "bytes/chunk"))


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _print_searches(name: str, collection: Collection, asked: NDArray[np.float32]) -> None:
    reader = VectorReader.open(collection.folder)
    products = _products(collection, asked)
    for chosen in _filters(collection, len(asked)):
        timed = _timed(reader, chosen, asked, BEST)
        recall = _recall(timed.found, products, collection.access_ids, chosen)
        print_figure(Figure(f"{name}, {chosen.name}: recall@10", recall, ""))
        for figure in _times(f"{name}, {chosen.name}", timed):
            print_figure(figure)
    everyone = next(_filters(collection, len(asked)))
    for figure in _times(f"{name}, {NEAREST:,} results", _timed(reader, everyone, asked, NEAREST)):
        print_figure(figure)


def _times(name: str, timed: Timed) -> list[Figure]:
    return [
        Figure(f"{name}: p95", float(np.percentile(timed.wall, 95)) * 1e3, "ms"),
        Figure(f"{name}: processor p50", float(np.percentile(timed.processor, 50)) * 1e3, "ms"),
        Figure(f"{name}: processor p95", float(np.percentile(timed.processor, 95)) * 1e3, "ms"),
    ]


def _filters(collection: Collection, count: int) -> Iterator[Filter]:
    """No filter first."""
    everything = np.arange(PARTS)
    yield Filter("no filter", (access_id(everything[:, None], everything).ravel(),) * count)
    sizes = np.bincount((collection.access_ids - 1) // PARTS, minlength=PARTS) / len(collection.vectors)
    for share in SHARES:
        generator = np.random.default_rng(_SEED)
        draws = range(-(-count // _QUESTIONS_PER_DRAW))
        numbers = [generator.permutation(PARTS)[: round(share * PARTS)] for _ in draws]
        yield _repeated(f"{share:.1%} at random", [access_id(everything[:, None], n) for n in numbers], count)
        topics = [_topics(generator, sizes, share) for _ in draws]
        yield _repeated(f"{share:.1%} by topic", [access_id(t[:, None], everything) for t in topics], count)


def _repeated(name: str, draws: Sequence[NDArray[np.uint32]], count: int) -> Filter:
    return Filter(name, tuple(draws[number // _QUESTIONS_PER_DRAW].ravel() for number in range(count)))


def _topics(generator: np.random.Generator, sizes: NDArray[np.float64], share: float) -> NDArray[np.intp]:
    """Topics drawn at random until they hold that share of all rows: at least one."""
    order = generator.permutation(len(sizes))
    return order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), share)))]


def _timed(reader: VectorReader, chosen: Filter, asked: NDArray[np.float32], limit: int) -> Timed:
    """One question after the other."""
    for allowed, question in zip(chosen.allowed[:_WARMING], asked, strict=False):
        reader.search(question, allowed, limit)
    wall, processor, found = [], [], []
    for allowed, question in zip(chosen.allowed, asked, strict=True):
        begun, used = time.perf_counter(), time.process_time()
        found.append(reader.search(question, allowed, limit)[1][0])
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return Timed(np.array(wall), np.array(processor), np.array(found))


def _recall(
    found: NDArray[np.int64], products: NDArray[np.float32], access_ids: NDArray[np.uint32], chosen: Filter
) -> float:
    """The share of the exactly nearest allowed rows that were found."""
    hits = 0
    for ids, product, allowed in zip(found, products, chosen.allowed, strict=True):
        table = np.zeros(PARTS * PARTS + 1, dtype=np.bool_)
        table[allowed] = True
        rows = np.flatnonzero(table[access_ids])
        nearest = rows[np.argpartition(-product[rows], BEST)[:BEST]]
        hits += len(np.intersect1d(ids, nearest))
    return hits / (BEST * len(found))


def _products(collection: Collection, asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each question with each row: 800 MB for a million."""
    found = np.empty((len(asked), len(collection.vectors)), dtype=np.float32)
    for start in range(0, len(collection.vectors), _SLICE):
        rows = slice(start, start + _SLICE)
        found[:, rows] = asked @ collection.vectors[rows].astype(np.float32).T
    return found


def _print_opening(folder: Path, asked: NDArray[np.float32]) -> None:
    """With the files in the page cache, and without."""
    allowed = np.arange(1, PARTS * PARTS + 1)
    seconds = []
    for _ in range(_OPENINGS):
        begun = time.perf_counter()
        reader = VectorReader.open(folder)
        seconds.append(time.perf_counter() - begun)
        reader.check()
    print_figure(Figure("opening 1,000,000, cached", float(np.median(seconds)), "s"))
    reader.close()
    del reader
    gc.collect()  # what is mapped stays in the cache
    _drop_from_cache(folder)
    begun = time.perf_counter()
    reader = VectorReader.open(folder)
    print_figure(Figure("opening 1,000,000, not cached", time.perf_counter() - begun, "s"))
    begun = time.perf_counter()
    reader.search(asked[0], allowed, BEST)
    print_figure(Figure("first search after that", (time.perf_counter() - begun) * 1e3, "ms"))
    reader.check()


def _drop_from_cache(folder: Path) -> None:
    os.sync()
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()
