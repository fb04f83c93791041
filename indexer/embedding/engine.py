"""Embedding in two stages: one thread tokenises ahead, and workers do nothing but run the model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.backend import Backend
from indexer.embedding.batches import TokenBatch, token_batches
from indexer.embedding.embedder import Ids, Vectors
from indexer.embedding.guard import Guard
from indexer.embedding.word_tokens import Tokenise

_LEAST_BATCH: Final = 256
"""Tokens below which a batch is not made smaller for the sake of a free worker."""


@dataclass(slots=True)
class _Job:
    """Texts on their way: the vectors found so far, and how many batches are still to come."""

    texts: Sequence[str]
    tokens: Sequence[Ids] | None
    vectors: Vectors
    result: Future[Vectors] = field(default_factory=Future)
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0

    def add(self, batch: TokenBatch, vectors: NDArray[np.float32]) -> None:
        """Take a batch's vectors; the last one makes the result."""
        self.vectors[list(batch.rows)] = vectors
        with self.lock:
            self.waiting -= 1
            if self.waiting == 0 and not self.result.done():
                self.result.set_result(self.vectors)

    def fail(self, error: BaseException) -> None:
        """End without a result; the first error counts."""
        with self.lock:
            if not self.result.done():
                self.result.set_exception(error)


class Engine:
    """Workers, `each` of them for every backend, that take batches from one queue as they become free.

    A CPU has one worker a core, each on one thread: side by side they wait for each other nowhere. A GPU has
    two, so that one prepares its batch while the other's is computed; several GPUs share the queue. `set_up`
    is called in each worker's thread.
    """

    def __init__(
        self,
        backends: Sequence[Backend],
        each: int,
        guard: Guard,
        tokenise: Tokenise,
        *,
        dimension: int,
        padding: int,
        set_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._guard: Final = guard
        self._tokenise: Final = tokenise
        self._dimension: Final = dimension
        self._padding: Final = padding
        self._most_tokens: Final = min(backend.token_budget for backend in backends)
        self._count: Final = each * len(backends)
        self._own: Final = threading.local()
        turns = iter([backend for _ in range(each) for backend in backends])

        def begin() -> None:
            set_up()
            self._own.backend = next(turns)

        self._tokenising: Final = ThreadPoolExecutor(1, "embedding-tokens")
        self._workers: Final = ThreadPoolExecutor(self._count, "embedding-model", begin)

    def submit(self, texts: Sequence[str], tokens: Sequence[Ids] | None = None) -> Future[Vectors]:
        """Begin to embed; the future has the vectors in the texts' order, or a `ModelError`.

        `tokens` are those of the texts, where they are known already.

        The next texts are tokenised while these are embedded: keep two or three futures at a time, no more,
        for what is submitted lies in memory.
        """
        job = _Job(texts, tokens, np.empty((len(texts), self._dimension), dtype=np.float16))
        if texts:
            self._tokenising.submit(self._prepare, job)
        else:
            job.result.set_result(job.vectors)
        return job.result

    def close(self) -> None:
        """End the threads, after what they are doing."""
        self._tokenising.shutdown(cancel_futures=True)
        self._workers.shutdown(cancel_futures=True)

    def _prepare(self, job: _Job) -> None:
        try:
            tokens = self._tokenise(job.texts) if job.tokens is None else job.tokens
            share = sum(len(ids) for ids in tokens) // self._count + 1
            budget = self._guard.budget(min(self._most_tokens, max(_LEAST_BATCH, share)))
            batches = list(token_batches(tokens, budget, self._padding))
            job.waiting = len(batches)
            for batch in batches:
                self._workers.submit(self._work, job, batch)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future raises it
            job.fail(error)

    def _work(self, job: _Job, batch: TokenBatch) -> None:
        if job.result.done():
            return  # another batch failed
        try:
            job.add(batch, self._guard.run(self._own.backend, job.texts, batch))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future raises it
            job.fail(error)
