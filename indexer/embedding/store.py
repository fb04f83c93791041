"""Every embedding is made once: kept as float16 rows in shard files that the catalog finds by a hash."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from catalog.database import Catalog
from catalog.embeddings import EmbeddingPlace, insert_embeddings, read_places
from catalog.shards import ShardWriter
from indexer.embedding.embedder import Embedder, Vectors

_SLICE: Final = 512


def embedding_key(model_key: str, prompt: str, text: str) -> bytes:
    """The 128-bit identity of an embedding: model, prompt and exact input text."""
    identity = f"{model_key}\0{prompt}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(identity, digest_size=16).digest()


class EmbeddingMissingError(Exception):
    """An embedding that should be there is not."""


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

    def ensure(self, texts: Sequence[str], anew: Sequence[str] = ()) -> int:
        """Embed those of `texts` that have no embedding yet, or are among `anew`; how many those were.

        They are kept durably some hundreds at a time: a process that dies loses little.
        """
        by_key = {self.key(text): text for text in texts}
        with self._catalog.read() as connection:
            known = read_places(connection, by_key)
        intact = {key for key, place in known.items() if self._is_there(place)}
        again = {self.key(text) for text in anew}
        missing = [key for key in by_key if key not in intact or key in again]
        for start in range(0, len(missing), _SLICE):
            keys = missing[start : start + _SLICE]
            self._keep(keys, self._embedder.embed_passages([by_key[key] for key in keys]))
        return len(missing)

    def read(self, keys: Sequence[bytes]) -> Vectors:
        """The vectors of `keys` in their order: shape (n, dimension).

        Raises `EmbeddingMissingError` for one that was never made, or whose shard file is damaged.
        """
        vectors = np.zeros((len(keys), self._embedder.dimension), dtype=np.float16)
        with self._catalog.read() as connection:
            places = read_places(connection, keys)
        wanted: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, key in enumerate(keys):
            place = places.get(key)
            if place is None or not self._is_there(place):
                raise EmbeddingMissingError(
                    f"{self._folder} lacks the embedding {key.hex()}: `indexer rebuild` makes it anew"
                )
            wanted[place.shard].append((index, place.row))
        for shard, pairs in wanted.items():
            indices, rows = np.array(pairs).T
            vectors[indices] = self._mapped(shard)[rows]
        return vectors

    def close(self) -> None:
        """Let go of the shard file."""
        self._writer.close()

    def _keep(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        position = self._writer.append(vectors.astype("<f2").tobytes())
        self._writer.sync()
        first = position.offset // self._row_bytes
        places = {key: EmbeddingPlace(position.shard, first + index) for index, key in enumerate(keys)}
        with self._catalog.write() as connection:
            insert_embeddings(connection, places)

    def _mapped(self, shard: str) -> Vectors:
        """The whole rows of a shard file."""
        file = self._folder / shard
        count = file.stat().st_size // self._row_bytes
        return np.memmap(file, dtype="<f2", mode="r", shape=(count, self._embedder.dimension))

    def _is_there(self, place: EmbeddingPlace) -> bool:
        """Whether the shard file is long enough; one that was lost is simply embedded again."""
        try:
            return (self._folder / place.shard).stat().st_size >= (place.row + 1) * self._row_bytes
        except FileNotFoundError:
            return False
