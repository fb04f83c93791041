"""What may go wrong in a forward pass and need not end the work: no memory, and vectors that are none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.backend import Backend, OutOfMemoryError
from indexer.embedding.batches import TokenBatch
from indexer.embedding.embedder import ModelError

logger = logging.getLogger(__name__)
_SHOWN: Final = 60


class _Turns:
    """Batches side by side, until one wants the device for itself: those before it end, others wait."""

    def __init__(self) -> None:
        self._changed: Final = threading.Condition()
        self._running = 0
        self._is_alone = False

    @contextmanager
    def beside(self) -> Iterator[None]:
        """While others run, too."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_alone)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other runs."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_alone)
            self._is_alone = True
            self._changed.wait_for(lambda: not self._running)
        try:
            yield
        finally:
            with self._changed:
                self._is_alone = False
                self._changed.notify_all()


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
        self._turns: Final = _Turns()

    def budget(self, wanted: int) -> int:
        """`wanted` tokens in a batch, or fewer since a device ran out of memory."""
        return wanted if self._most_tokens is None else min(wanted, self._most_tokens)

    def run(self, backend: Backend, texts: Sequence[str], batch: TokenBatch) -> NDArray[np.float32]:
        """The batch's vectors, each of length 1: shape (rows of the batch, dimension).

        What is none is tried once more in float32. `texts` are those that the batch's rows count. Raises
        `ModelError`.
        """
        vectors = self._tried(backend, batch)
        if _first_unsound(vectors) is None:
            return vectors
        vectors = self._tried(self._exact_backend(), batch)
        place = _first_unsound(vectors)
        if place is None:
            return vectors
        text = texts[batch.rows[place]]
        beginning = repr(text[:_SHOWN] + ("…" if len(text) > _SHOWN else ""))
        raise ModelError(
            f"the model {self._name} gives no vector for the text that begins {beginning}, not even in "
            "float32: its weights may be damaged; choose another `index.model`"
        )

    def _tried(self, backend: Backend, batch: TokenBatch) -> NDArray[np.float32]:
        """Beside other threads' batches; where the device has no room for that, alone."""
        try:
            with self._turns.beside():
                return backend.run(batch)
        except OutOfMemoryError:
            pass  # what it held is free only after this block
        with self._turns.alone():
            return self._in_pieces(backend, batch)

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
