"""Segments are put together in a thread of its own: a merge of a million rows delays no changed page."""

from __future__ import annotations

import logging
import threading
from typing import Final

from indexer.vectors.backend import VectorIndexError, VectorStore

logger = logging.getLogger(__name__)

IDLE_SECONDS: Final = 60.0
"""How often to look without being asked: what merges replaced long ago is removed then."""


class Compactor:
    """Merges the segments of an index whenever it was written to; close it before the index.

    A merge that fails (a full disk, say) changes nothing, is logged, and is tried again when it is next
    asked for: unmerged segments answer as well, only slower. What else is raised, `ask` and `close` raise.
    """

    def __init__(self, vectors: VectorStore) -> None:
        self._vectors: Final = vectors
        self._asked: Final = threading.Event()
        self._closing = False
        self._failure: BaseException | None = None
        # A daemon: who interrupts a clean end must not wait for a merge. What it wrote is a leftover then.
        self._thread: Final = threading.Thread(target=self._work, name="index-compactor", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Something was written: merge if it is time. Returns at once."""
        self._raise_failure()
        self._asked.set()

    def close(self) -> None:
        """Let the present merge end, or the one just asked for, and begin no other."""
        self._closing = True
        self._asked.set()
        self._thread.join()
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            while not self._closing:
                self._asked.wait(IDLE_SECONDS)
                self._asked.clear()
                self._merge()
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            self._failure = error

    def _merge(self) -> None:
        try:
            while self._vectors.merge() and not self._closing:
                pass  # one tier may have filled the next
        except OSError as error:
            logger.warning(
                "segments of the vector index could not be merged, and stay as they are: %s", error
            )
        except VectorIndexError as error:
            logger.warning("segments were not merged: %s; `indexer rebuild` makes the index anew", error)
