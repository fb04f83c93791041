"""Every embedding is made once: kept as float16 rows in shard files that the catalog finds by a hash."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.database import Catalog
from catalog.embeddings import EmbeddingPlace, insert_embeddings, read_places
from catalog.shards import ShardWriter
from indexer.embedding.embedder import Embedder, ModelError, Vectors

_LENGTH_TOLERANCE: Final = 0.02


def embedding_key(model_key: str, prompt: str, text: str) -> bytes:
    """The 128-bit identity of an embedding: model, prompt and exact input text."""
    identity = f"{model_key}\0{prompt}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(identity, digest_size=16).digest()


class EmbeddingMissingError(Exception):
    """An embedding that should be there is not."""


def is_sound(vectors: Vectors) -> NDArray[np.bool_]:
    """Which rows are vectors of length 1, within what float16 rounds: shape (n,)."""
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
    found: NDArray[np.bool_] = np.abs(lengths - 1) < _LENGTH_TOLERANCE  # false for what is not a number
    return found


class EmbeddingStore:
    """The embeddings of one model; one process writes at a time."""

    def __init__(self, catalog: Catalog, folder: Path, embedder: Embedder) -> None:
        self._catalog: Final = catalog
        self._folder: Final = folder
        self._embedder: Final = embedder
        self._row_bytes: Final = 2 * embedder.dimension
        self._writer: Final = ShardWriter(folder)

    def key(self, text: str) -> bytes:
        """The identity of a passage's embedding."""
        return embedding_key(self._embedder.model_key, self._embedder.passage_prompt, text)

    def missing(self, texts: Sequence[str], anew: Sequence[str] = ()) -> dict[bytes, str]:
        """By key those of `texts` that have no sound embedding yet, or are among `anew`."""
        by_key = {self.key(text): text for text in texts}
        lacking = self.lacking(by_key) | {self.key(text) for text in anew}
        return {key: text for key, text in by_key.items() if key in lacking}

    def lacking(self, keys: Collection[bytes]) -> frozenset[bytes]:
        """Those of `keys` that were never embedded, or whose row is lost or damaged.

        A torn file is too short, and a stretch that a power failure took reads as zeros: neither is a vector
        of length 1.
        """
        with self._catalog.read() as connection:
            places = read_places(connection, keys)
        there = self._there(places)
        sound = is_sound(self._rows([places[key] for key in there]))
        return frozenset(keys) - {key for key, good in zip(there, sound, strict=True) if good}

    def keep(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep the vectors of `keys` durably. Raises `ModelError` where one of them is none of length 1."""
        unsound = np.count_nonzero(~is_sound(vectors))
        if unsound:
            raise ModelError(
                f"the model {self._embedder.model_key} gave {unsound} of {len(keys)} passages a vector that "
                "is no number or not of length 1; none of them was kept: choose another `index.model` "
                "or `index.device`"
            )
        position = self._writer.append(vectors.astype("<f2").tobytes())
        self._writer.sync()
        first = position.offset // self._row_bytes
        places = {key: EmbeddingPlace(position.shard, first + index) for index, key in enumerate(keys)}
        with self._catalog.write() as connection:
            insert_embeddings(connection, places)

    def read(self, keys: Sequence[bytes]) -> Vectors:
        """The vectors of `keys` in their order: shape (n, dimension).

        Raises `EmbeddingMissingError` for one that was never made, or whose shard file is damaged.
        """
        with self._catalog.read() as connection:
            places = read_places(connection, keys)
        lost = next(iter(set(keys).difference(self._there(places))), None)
        if lost is not None:
            raise EmbeddingMissingError(
                f"{self._folder} lacks the embedding {lost.hex()}: `indexer rebuild` makes it anew"
            )
        return self._rows([places[key] for key in keys])

    def close(self) -> None:
        """Let go of the shard file."""
        self._writer.close()

    def _rows(self, places: Sequence[EmbeddingPlace]) -> Vectors:
        vectors = np.zeros((len(places), self._embedder.dimension), dtype=np.float16)
        wanted: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, place in enumerate(places):
            wanted[place.shard].append((index, place.row))
        for shard, pairs in wanted.items():
            indices, rows = np.array(pairs).T
            vectors[indices] = self._mapped(shard)[rows]
        return vectors

    def _mapped(self, shard: str) -> Vectors:
        """The whole rows of a shard file."""
        shape = (self._row_count(shard), self._embedder.dimension)
        return np.memmap(self._folder / shard, dtype="<f2", mode="r", shape=shape)

    def _there(self, places: Mapping[bytes, EmbeddingPlace]) -> list[bytes]:
        """The keys whose shard file is long enough; what was lost is simply embedded again."""
        counts = {shard: self._row_count(shard) for shard in {place.shard for place in places.values()}}
        return [key for key, place in places.items() if place.row < counts[place.shard]]

    def _row_count(self, shard: str) -> int:
        try:
            return (self._folder / shard).stat().st_size // self._row_bytes
        except FileNotFoundError:
            return 0
