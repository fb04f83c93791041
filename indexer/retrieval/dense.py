"""The dense half: the embedding model and the vector index, each opened once there is need of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from indexer.embedding.embedder import ModelError
from indexer.retrieval.candidates import VectorIndex


class QueryEmbedder(Protocol):
    """What retrieval asks of an embedding model."""

    @property
    def model_key(self) -> str:
        """Names the model and its very weights."""

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """The vector of one question: shape (dimension,), of length 1."""


class FollowedVectors(VectorIndex, Protocol):
    """A vector index on disk that can catch up with what was written."""

    def refresh(self) -> object:
        """Take over what was written since."""


class DenseHalf:
    """The model and its vectors; `unavailable` says why there is no answer from them, while there is none.

    `open_embedder` may raise `ModelError`: then the words alone answer until `refresh` finds it cured.
    `open_vectors` is given the model's key and returns None where that model has no vectors yet.
    """

    def __init__(
        self,
        open_embedder: Callable[[], QueryEmbedder],
        open_vectors: Callable[[str], FollowedVectors | None],
    ) -> None:
        self._open_embedder: Final = open_embedder
        self._open_vectors: Final = open_vectors
        self._opening: Final = threading.Lock()
        self._embedder: QueryEmbedder | None = None
        self._vectors: FollowedVectors | None = None
        self.unavailable: str | None = None

    def prepare(self) -> None:
        """Load the model and open its vectors, unless that is done or has failed."""
        if self._vectors is not None or self.unavailable is not None:
            return
        with self._opening:
            if self._vectors is None and self.unavailable is None:
                self.unavailable = self._open()

    def embed(self, text: str) -> tuple[VectorIndex, npt.NDArray[np.float32]] | None:
        """The vectors to search and the question's own; None while `unavailable`."""
        self.prepare()
        embedder, vectors = self._embedder, self._vectors
        if embedder is None or vectors is None:
            return None
        return vectors, embedder.embed_query(text)

    def refresh(self) -> None:
        """Catch up with what was written; try again what was unavailable when it is next needed."""
        if self._vectors is not None:
            self._vectors.refresh()
        else:
            self.unavailable = None

    def _open(self) -> str | None:
        """Open what is not open; why that was not possible, or None."""
        if self._embedder is None:
            try:
                self._embedder = self._open_embedder()
            except ModelError as error:
                return f"answered by words alone: {error}"
        self._vectors = self._open_vectors(self._embedder.model_key)
        if self._vectors is None:
            return "answered by words alone: nothing is embedded yet; run `indexer run`"
        return None
