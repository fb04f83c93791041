"""From pending documents to searchable passages, in steps that can be killed at any instant.

Batches are read, embedded and published side by side (`indexer.overlap`). For each one the order of the steps
is what makes this safe. (1) Embeddings are kept. (2) What leaves the index is
tombstoned, (3) then replaced in the catalog, so that an id the index shows always names the chunk it was
made of. (4) New rows are published, and (5) only then are the documents marked. A process that died before
(5) is followed by one that does the same again, finds what is there already, and adds the rest.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Final, Self

from catalog.database import Catalog
from catalog.documents import mark_indexed, pending_count, pending_documents
from indexer.ahead import begun
from indexer.compaction import Compactor
from indexer.embedding.embedder import Embedder, ModelServerError
from indexer.embedding.opening import open_embedder
from indexer.feed import PendingFeed
from indexer.layout import IndexLayout
from indexer.lock import IndexerBusyError, IndexerLock, current_holder
from indexer.opening import Foundation, needs_rebuild, open_foundation, open_indexes
from indexer.overlap import overlapped
from indexer.preparation import Chunked
from indexer.progress import Progress
from indexer.publishing import Indexes
from indexer.serving import is_overdue, tidy
from settings.configuration import Settings
from settings.services import ModelServer

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.2
"""How often `watch` looks for pending documents while there are none."""

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _Opened:
    """The indexes open for writing, and who merges their segments meanwhile."""

    indexes: Indexes
    compactor: Compactor


class Pipeline:
    """Brings the indexes up to date with the catalog; close it, or use it in a `with`.

    `report` hears of each batch. Nothing is opened, and no lock taken, before there is work; only the model
    may be loaded ahead.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        *,
        report: Report = lambda _: None,
        embedder: Embedder | None = None,
        threads: int | None = None,
    ) -> None:
        self._catalog: Final = catalog
        self._settings: Final = settings
        self._report: Final = report
        self._embedder: Final = embedder
        self._threads: Final = threads
        self._resources: Final = ExitStack()
        self._ahead: Future[Embedder] | None = None
        self._foundation: Foundation | None = None
        self._indexes: _Opened | None = None
        self._rebuilt = Progress()

    def load_ahead(self) -> None:
        """Begin to load the model, so that the first page that changes need not wait for all of it.

        Not where another process is writing the indexes, and does the work as a rule. A model on a server is
        not asked before there is work. What is wrong with the model is raised when there is.
        """
        index, layout = self._settings.index, IndexLayout(self._settings.store.directory)
        if not isinstance(index.model, ModelServer) and current_holder(layout.lock) is None:
            self._ahead = begun(lambda: open_embedder(index, layout, self._threads))

    def run_once(self, give_up: Callable[[], bool] = lambda: True) -> Progress:
        """Index until nothing is pending; what was done, by a rebuild that was needed first too.

        Where another process writes the indexes: wait until `give_up` says yes, then raise
        `IndexerBusyError`. Raises `ModelError` too, and the errors of the catalog and the indexes.
        """
        done = Progress()
        if self._indexes is None and needs_rebuild(self._catalog, self._settings):
            self._opened(give_up)
        while self._is_pending():
            done = done + self._index(self._opened(give_up))
        rebuilt, self._rebuilt = self._rebuilt, Progress()
        if self._foundation is not None and is_overdue(self._foundation.layout):
            tidy(self._catalog, self._foundation.layout)
        return rebuilt + done

    def watch(self, stop: Callable[[], bool]) -> Progress:
        """Index what becomes pending until `stop` says yes, then what is still pending.

        While another process writes the indexes, this one waits for its turn, or until all is done. While an
        embedding server does not answer, everything stays pending and is tried again.
        """
        done = Progress()
        warned = False
        while True:
            last = stop()
            try:
                done = done + self.run_once(give_up=lambda: stop() and not self._is_pending())
                warned = False
            except IndexerBusyError:
                return done  # asked to stop, and the other process has left nothing to do
            except ModelServerError as error:
                if last:
                    raise
                if not warned:
                    logger.warning("%s; what is pending waits for it", error)
                warned = True
            if last:
                return done
            time.sleep(POLL_SECONDS)

    def rebuild(self, give_up: Callable[[], bool] = lambda: True) -> Progress:
        """Make both indexes anew from the catalog, without fetching, or embedding what was embedded."""
        assert self._indexes is None, "rebuild before anything is indexed, or with a new pipeline"
        return self._prepared(give_up).rebuild(self._report)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the indexes and of the right to write them."""
        self._indexes = None
        self._foundation = None
        self._resources.close()

    def _is_pending(self) -> bool:
        with self._catalog.read() as connection:
            return bool(pending_documents(connection, 1))

    def _prepared(self, give_up: Callable[[], bool]) -> Foundation:
        if self._foundation is None:
            lock = IndexerLock(IndexLayout(self._settings.store.directory).lock)
            lock.acquire(give_up)
            self._resources.callback(lock.release)
            embedder = self._embedder if self._ahead is None else self._ahead.result()
            self._foundation = open_foundation(
                self._catalog, self._settings, self._resources, embedder, self._threads
            )
        return self._foundation

    def _opened(self, give_up: Callable[[], bool]) -> _Opened:
        if self._indexes is None:
            indexes, self._rebuilt = open_indexes(self._prepared(give_up), self._resources, self._report)
            compactor = Compactor(indexes.vectors)
            self._resources.callback(compactor.close)
            self._indexes = _Opened(indexes, compactor)
        return self._indexes

    def _index(self, opened: _Opened) -> Progress:
        """Index what is pending, and what becomes so meanwhile."""
        feed = PendingFeed(self._catalog)
        done = Progress()
        preparer = opened.indexes.preparer
        chunked = (part for batch in feed for part in preparer.chunk(batch))
        with closing(overlapped(chunked, preparer, give_up=feed.end)) as batches:
            for batch in batches:
                opened.indexes.publish(batch)
                with self._catalog.write() as connection:
                    mark_indexed(connection, [pending.mark for pending in batch.pending])
                feed.done(batch.pending)
                step = self._progress(batch)
                self._report(step)
                done = done + step
                opened.compactor.ask()
        return done

    def _progress(self, batch: Chunked) -> Progress:
        with self._catalog.read() as connection:
            pending = pending_count(connection)
        return Progress(len(batch.pending), batch.chunks, len(batch.missing), pending)
