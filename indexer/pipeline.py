"""From pending documents to searchable passages, in steps that can be killed at any instant.

The order of the steps is what makes this safe. (1) Embeddings are kept. (2) What leaves the index is
tombstoned, (3) then replaced in the catalog, so that an id the index shows always names the chunk it was
made of. (4) New rows are published, and (5) only then are the documents marked. A process that died before
(5) is followed by one that does the same again, finds what is there already, and adds the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, Self

from catalog.database import Catalog
from catalog.documents import PendingDocument, mark_indexed, pending_count, pending_documents
from catalog.vocabulary import NOBODY
from indexer.embedding.embedder import Embedder
from indexer.layout import IndexLayout
from indexer.lock import IndexerBusyError, IndexerLock
from indexer.opening import Foundation, Indexes, needs_rebuild, open_foundation, open_indexes
from indexer.preparation import Entry, Prepared
from indexer.progress import Progress
from settings.configuration import Settings

BATCH_DOCUMENTS: Final = 32
"""Documents that are published together: a few seconds of embedding on a CPU."""
POLL_SECONDS: Final = 0.5
"""How often `watch` looks for pending documents while there are none."""

Report = Callable[[Progress], None]


class Pipeline:
    """Brings the indexes up to date with the catalog; close it, or use it in a `with`.

    `report` hears of each batch. Nothing is opened, and no lock taken, before there is work.
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
        self._foundation: Foundation | None = None
        self._indexes: Indexes | None = None

    def run_once(self, give_up: Callable[[], bool] = lambda: True) -> Progress:
        """Index until nothing is pending; what was done.

        Where another process writes the indexes: wait until `give_up` says yes, then raise
        `IndexerBusyError`. Raises `ModelError` too, and the errors of the catalog and the indexes.
        """
        done = Progress()
        if self._indexes is None and needs_rebuild(self._catalog, self._settings):
            self._opened(give_up)
        while batch := self._pending():
            step = self._index(self._opened(give_up), batch)
            self._report(step)
            done = done + step
        return done

    def watch(self, stop: Callable[[], bool]) -> Progress:
        """Index what becomes pending until `stop` says yes, then what is still pending.

        While another process writes the indexes, this one waits for its turn, or until all is done.
        """
        done = Progress()
        while True:
            last = stop()
            try:
                done = done + self.run_once(give_up=lambda: stop() and not self._pending())
            except IndexerBusyError:
                return done  # asked to stop, and the other process has left nothing to do
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

    def _pending(self) -> tuple[PendingDocument, ...]:
        with self._catalog.read() as connection:
            return pending_documents(connection, BATCH_DOCUMENTS)

    def _prepared(self, give_up: Callable[[], bool]) -> Foundation:
        if self._foundation is None:
            lock = IndexerLock(IndexLayout(self._settings.store.directory).lock)
            lock.acquire(give_up)
            self._resources.callback(lock.release)
            self._foundation = open_foundation(
                self._catalog, self._settings, self._resources, self._embedder, self._threads
            )
        return self._foundation

    def _opened(self, give_up: Callable[[], bool]) -> Indexes:
        if self._indexes is None:
            self._indexes = open_indexes(self._prepared(give_up), self._resources, self._report)
        return self._indexes

    def _index(self, indexes: Indexes, batch: Sequence[PendingDocument]) -> Progress:
        gone = [pending.document.id for pending in batch if pending.deleted]
        living = [pending.document for pending in batch if not pending.deleted]
        _remove(indexes, gone)
        anew = frozenset(pending.document.id for pending in batch if pending.anew)
        prepared = indexes.preparer.prepare(living, gone, anew)
        _withdraw(indexes, prepared)
        _publish(indexes, indexes.preparer.record(prepared))
        with self._catalog.write() as connection:
            mark_indexed(connection, [pending.mark for pending in batch])
        indexes.vectors.merge()
        with self._catalog.read() as connection:
            pending = pending_count(connection)
        return Progress(len(batch), prepared.chunks, prepared.embedded, pending)


def _remove(indexes: Indexes, gone: Sequence[str]) -> None:
    """Take deleted documents out of both indexes, before anything slow begins."""
    if not gone:
        return
    live = indexes.vectors.live_rows(gone)
    indexes.vectors.set_access({name: dict.fromkeys(rows, NOBODY) for name, rows in live.items()})
    indexes.lexical.remove(gone)
    indexes.lexical.commit()


def _withdraw(indexes: Indexes, prepared: Prepared) -> None:
    """Tombstone the rows whose chunks the catalog is about to drop."""
    live = indexes.vectors.live_rows(list(prepared.changes))
    kept = {
        name: {chunk_id for chunk_id, _ in changes.kept.values()}
        for name, changes in prepared.changes.items()
    }
    indexes.vectors.set_access(
        {name: {chunk: NOBODY for chunk in rows if chunk not in kept[name]} for name, rows in live.items()}
    )


def _publish(indexes: Indexes, entries: Sequence[Entry]) -> None:
    """Bring both indexes to what the catalog has of these documents: access ids, missing rows, words."""
    live = indexes.vectors.live_rows([entry.document.id for entry in entries])
    indexes.vectors.set_access(
        {
            entry.document.id: {
                chunk: entry.document.access_id
                for chunk, access_id in live.get(entry.document.id, {}).items()
                if access_id != entry.document.access_id
            }
            for entry in entries
        }
    )
    missing = [
        (entry.document, chunk)
        for entry in entries
        for chunk in entry.chunks
        if chunk.id not in live.get(entry.document.id, {})
    ]
    if missing:
        indexes.vectors.append(indexes.preparer.vectors(missing))
    for entry in entries:
        indexes.lexical.replace(entry.document, entry.passages)
    indexes.lexical.commit()
