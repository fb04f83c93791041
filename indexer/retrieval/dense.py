"""The dense half: the embedding model and the vector index, each opened once there is need of it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from indexer.embedding.embedder import ModelError
from indexer.embedding.query_batching import QueryBatcher
from indexer.retrieval.candidates import DenseQuery, VectorIndex
from indexer.vectors.backend import VectorIndexError

logger = logging.getLogger(__name__)

_PORTION: Final = 64
"""Texts that are embedded at a time where there are many, so that questions come in between."""
_MOST_LANES: Final = 4
"""Batches of questions that are embedded side by side, each on a core of its own."""


class QueryEmbedder(Protocol):
    """What retrieval asks of an embedding model."""

    @property
    def model_key(self) -> str:
        """Names the model and its very weights."""

    def embed_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The vectors of questions: shape (len(texts), dimension), of length 1. Any thread may call."""


class FollowedVectors(VectorIndex, Protocol):
    """A vector index on disk that can catch up with what was written."""

    @property
    def rows(self) -> int:
        """How many there are to search."""

    def refresh(self) -> object:
        """Take over what was written since."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of length 1, shape (n, dimension), and the model that made them."""

    model_key: str
    vectors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why the dense half does not answer, and what to do."""

    reason: str


class DenseHalf:
    """The model and its vectors.

    Questions that come at the same time are embedded together. `open_embedder` may raise `ModelError` and
    `open_vectors`, which is given the model's key, `VectorIndexError`: then the half is `Unavailable` until
    it is asked again after a `refresh`.
    """

    def __init__(
        self,
        open_embedder: Callable[[], QueryEmbedder],
        open_vectors: Callable[[str], FollowedVectors],
    ) -> None:
        self._open_embedder: Final = open_embedder
        self._open_vectors: Final = open_vectors
        self._opening: Final = threading.Lock()
        self._opened: tuple[QueryBatcher, FollowedVectors] | None = None
        self._embedder: QueryEmbedder | None = None
        self._failure: Unavailable | None = None

    def prepare(self) -> tuple[QueryBatcher, FollowedVectors] | Unavailable:
        """Load the model and open its vectors, unless that is done or has failed since the last refresh."""
        if self._opened is not None:
            return self._opened
        with self._opening:
            if self._opened is None and self._failure is None:
                self._open()
            return self._opened or self._failure or Unavailable("the embedding model is being loaded")

    def embed(self, text: str) -> DenseQuery | Unavailable:
        """The question's vector, and the vectors to search with it."""
        opened = self.prepare()
        if isinstance(opened, Unavailable):
            return opened
        batcher, vectors = opened
        if vectors.rows == 0:
            return Unavailable("nothing is embedded with this model yet: run `indexer run`")
        try:
            return DenseQuery(vectors, batcher.embed_query(text))
        except ModelError as error:  # a server that is gone: it may be back for the next question
            return Unavailable(str(error))

    def embedded(self, texts: Sequence[str]) -> Embedded | None:
        """The vectors of questions; None while there is no model, or it does not answer."""
        opened = self.prepare()
        if isinstance(opened, Unavailable) or self._embedder is None:
            return None
        model_key = self._embedder.model_key
        try:
            if len(texts) == 1:
                return Embedded(model_key, opened[0].embed_query(texts[0])[np.newaxis, :])
            portions = [texts[start : start + _PORTION] for start in range(0, len(texts), _PORTION)]
            return Embedded(
                model_key, np.concatenate([self._embedder.embed_queries(each) for each in portions])
            )
        except ModelError as error:
            logger.warning("questions cannot be embedded: %s", error)
            return None

    def refresh(self) -> None:
        """Catch up with what was written; what failed to open is tried again when it is next needed.

        Raises `VectorIndexError` where the published state cannot be read; the former one stays in use.
        """
        self._failure = None
        if self._opened is not None:
            self._opened[1].refresh()

    def _open(self) -> None:
        try:
            embedder = self._embedder or self._open_embedder()
            self._embedder = embedder
            lanes = min(_MOST_LANES, os.cpu_count() or 1)
            batcher = QueryBatcher(embedder.embed_queries, lanes=lanes)
            self._opened = batcher, self._open_vectors(embedder.model_key)
        except (ModelError, VectorIndexError) as error:
            self._failure = Unavailable(str(error))
