"""Keeps the backend open, warm and fresh, and asks it in threads, never on the event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from indexer.retrieval.question import Question
from search_api.backend import Backend, UnavailableError

logger = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 1.0
"""How often new segments are looked for, and a missing index is tried again."""

_BROWSE: Final = Question("", page_size=1)

T = TypeVar("T")


class OverloadedError(Exception):
    """More questions wait than the machine can answer soon."""


class SearchService:
    """The one object behind all routes.

    `open_backend` runs in a thread of its own, so that the process answers `/healthz` at once; while it
    raises `UnavailableError` it is called again every second. After that the same thread refreshes the
    retriever once a second: no question ever waits for a new segment.
    `threads` questions are answered at a time, `waiting` more may queue, further ones are refused.
    """

    def __init__(self, open_backend: Callable[[], Backend], *, threads: int = 4, waiting: int = 64) -> None:
        self._open_backend = open_backend
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="search")
        self._capacity = threads + waiting
        self._under_way = 0
        self._backend: Backend | None = None
        self._reason = "The service is starting: the index and the model are being loaded."
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="search-keeper", daemon=True)

    def start(self) -> None:
        """Begin to open the backend."""
        self._keeper.start()

    def stop(self) -> None:
        """Let running questions end, release the threads and close the backend."""
        self._stopping.set()
        self._pool.shutdown()
        if self._keeper.ident is not None:
            self._keeper.join()

    @property
    def backend(self) -> Backend:
        """The backend; raises `UnavailableError` with the reason until it can be asked."""
        if self._backend is None:
            raise UnavailableError(self._reason)
        return self._backend

    async def ask(self, function: Callable[[Backend], T]) -> T:
        """Run `function` on the backend in a thread; raises `UnavailableError` and `OverloadedError`."""
        backend = self.backend
        if self._under_way >= self._capacity:
            raise OverloadedError("Too many questions at once: ask again in a moment.")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, backend)
        finally:
            self._under_way -= 1

    def _keep(self) -> None:
        opened: Backend | None = None
        while not self._stopping.is_set():
            try:
                opened = opened or self._open_backend()
                opened.retriever.refresh()
                opened.suggester.refresh()
                if self._backend is None:
                    self._backend = _answering(opened)
                    logger.info("ready")
                opened.tuning.refresh()
            except UnavailableError as error:
                self._explain(str(error))
            self._stopping.wait(REFRESH_SECONDS)
        self._pool.shutdown()  # nothing reads any more
        if opened is not None:
            opened.close()

    def _explain(self, reason: str) -> None:
        """Once ready, a failing refresh leaves the segments that were being read: old answers beat none."""
        if reason != self._reason:
            logger.warning("%s: %s", "not ready" if self._backend is None else "not refreshed", reason)
        self._reason = reason


def _answering(backend: Backend) -> Backend:
    """The backend once it is warm and has something to answer from; raises `UnavailableError` until then."""
    results = backend.retriever.search(_BROWSE)
    if results.total == 0 and results.notices:
        raise UnavailableError(results.notices[0])
    backend.retriever.prepare()
    backend.reader.prepare()
    return backend
