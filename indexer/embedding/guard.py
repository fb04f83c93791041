"""What may go wrong in a forward pass and need not end the work: no memory, and vectors that are none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.backend import Backend, OutOfMemoryError
from indexer.embedding.batches import TokenBatch
from indexer.embedding.embedder import ModelError

logger = logging.getLogger(__name__)
_SHOWN: Final = 60


class Guard:
    """Runs batches of one model; any thread may call.

    `exact` makes a backend in float32, which tries again what came out as no vector.
    """

    def __init__(self, name: str, exact: Callable[[], Backend]) -> None:
        self._name: Final = name
        self._make_exact: Final = exact
        self._exact: Backend | None = None
        self._making: Final = threading.Lock()
        self._most_tokens: int | None = None

    def budget(self, wanted: int) -> int:
        """`wanted` tokens in a batch, or fewer since a device ran out of memory."""
        return wanted if self._most_tokens is None else min(wanted, self._most_tokens)

    def run(self, backend: Backend, texts: Sequence[str], batch: TokenBatch) -> NDArray[np.float32]:
        """The batch's vectors, each of length 1: shape (rows of the batch, dimension).

        What is none is tried once more in float32. `texts` are those that the batch's rows count. Raises
        `ModelError`.
        """
        vectors = self._in_pieces(backend, batch)
        if _first_unsound(vectors) is None:
            return vectors
        vectors = self._in_pieces(self._exact_backend(), batch)
        place = _first_unsound(vectors)
        if place is None:
            return vectors
        text = texts[batch.rows[place]]
        beginning = repr(text[:_SHOWN] + ("…" if len(text) > _SHOWN else ""))
        raise ModelError(
            f"the model {self._name} gives no vector for the text that begins {beginning}, not even in "
            "float32: its weights may be damaged; choose another `index.model`"
        )

    def _in_pieces(self, backend: Backend, batch: TokenBatch) -> NDArray[np.float32]:
        """In one pass, or in halves where the device has no room for it."""
        try:
            return backend.run(batch)
        except OutOfMemoryError as error:
            if len(batch.rows) == 1:
                raise ModelError(
                    f"{backend.device} has no memory for a text of {batch.ids.shape[1]} tokens with the "
                    f"model {self._name} ({error}); free some, or write another `index.device`"
                ) from error
        self._most_tokens = self.budget(max(1, batch.ids.size // 2))
        logger.warning(
            "%s is out of memory: batches of %d tokens from now on", backend.device, self._most_tokens
        )
        return np.concatenate([self._in_pieces(backend, half) for half in batch.halves()])

    def _exact_backend(self) -> Backend:
        with self._making:
            if self._exact is None:
                logger.warning("the model %s gave no vector: trying again in float32", self._name)
                self._exact = self._make_exact()
            return self._exact


def _first_unsound(vectors: NDArray[np.float32]) -> int | None:
    """The place of the first row that is not of length 1."""
    wrong = np.flatnonzero(~(np.abs(np.linalg.norm(vectors, axis=1) - 1) < 0.01))
    return int(wrong[0]) if len(wrong) else None
