"""The one batching writer of a sync: a thread that turns visits into transactions.

Everything that one visit says (its verdict, its document, its links) is committed together, so that a
process killed at any instant leaves each URL either visited with all that followed, or still queued.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, and_, update

from catalog.bodies import BodyStore
from catalog.database import Catalog
from catalog.dialect import lock_in_order
from catalog.holder import Holder
from catalog.lease import raise_lost
from catalog.ledger import enqueue, record_verdicts, refuse
from catalog.links import count_refused_hosts, save_links
from catalog.page_sources import save_sources
from catalog.recording import Fate, Settled, save_documents, touch_documents
from catalog.revisits import unknown, worth_a_visit
from catalog.sitemaps import note_lastmods
from catalog.tables import documents, runs
from catalog.task import FetchTask
from catalog.visit import Discovery, DocumentDraft, Verdict, Visit, each_once
from catalog.vocabulary import MISFIT, Reason, UrlState

LARGEST_BATCH: Final = 2_000
"""Visits in one transaction. A crawl starts none while so many are unwritten, those of the transaction under
way included, so that a kill costs no more than these. Only a crawl that the writer does not keep up with gets
so far in the time of `GATHERING_SECONDS`: then each page of an index that two of its rows touch is written
once."""

GATHERING_SECONDS: Final = 0.05
"""How long a batch may gather: a new link waits at most so long to be durable."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunContext:
    """Whose visit it is; a `forced` run hands the unchanged to the indexer again, an `incremental` one leaves
    most of the URLs that it meets and knows alone."""

    connector_id: int
    run_id: int
    forced: bool = False
    incremental: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """What a transaction made durable: URLs that now wait, ids that left the frontier, counts so far."""

    run: RunContext
    queued: tuple[FetchTask, ...]
    visited: tuple[int, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Job:
    function: Callable[[Connection], object]
    future: Future[Any]


class _Signal(Enum):
    HURRY = auto()
    CLOSE = auto()


class Writer:
    """Takes visits from any thread and commits them in batches in its own.

    `on_commit` is called in the writer's thread after each commit; `on_failure` once, when the catalog
    cannot be written any more: what was not committed stays queued in the ledger.
    """

    def __init__(
        self,
        catalog: Catalog,
        bodies: BodyStore | None,
        *,
        on_commit: Callable[[Committed], object],
        on_failure: Callable[[Exception], object],
    ) -> None:
        self._catalog = catalog
        self._bodies = bodies
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._inbox: queue.SimpleQueue[tuple[RunContext, Visit] | _Job | _Signal]
        self._inbox = queue.SimpleQueue()
        self._counts: dict[int, Counter[str]] = {}
        self._holder = str(Holder.of_this_process())
        self._failure: Exception | None = None
        self._under_way = 0
        self._thread = threading.Thread(target=self._work, name="catalog-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many visits and jobs are not written yet, those of the transaction under way included."""
        return self._inbox.qsize() + self._under_way

    def count_on_from(self, run: RunContext, counts: Mapping[str, int]) -> None:
        """Go on counting from what an interrupted run had saved."""
        self._counts[run.run_id] = Counter(counts)

    def put(self, run: RunContext, visit: Visit) -> None:
        """Hand over a visit; it is durable when `on_commit` names its URL."""
        self._inbox.put((run, visit))

    def execute(self, function: Callable[[Connection], T]) -> Future[T]:
        """Run `function` in a transaction of its own, after everything handed over so far."""
        future: Future[T] = Future()
        self._inbox.put(_Job(function, future))
        return future

    def hurry(self) -> None:
        """Commit what has gathered: the crawl has nothing else to do."""
        self._inbox.put(_Signal.HURRY)

    def close(self) -> None:
        """Write what was handed over, then end the thread."""
        self._inbox.put(_Signal.CLOSE)
        self._thread.join()

    def _work(self) -> None:
        going_on = True
        while going_on:
            batch, then = self._gather()
            if batch:
                self._attempt(lambda batch=batch: self._commit(batch))  # type: ignore[misc]
            self._under_way = 0
            if isinstance(then, _Job):
                self._run(then)
            going_on = then is not _Signal.CLOSE

    def _gather(self) -> tuple[list[tuple[RunContext, Visit]], _Job | _Signal | None]:
        """Visits up to a full batch, a pause, or something that is no visit."""
        batch: list[tuple[RunContext, Visit]] = []
        deadline = None
        while len(batch) < LARGEST_BATCH:
            try:
                timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
                item = self._inbox.get(timeout=timeout)
            except queue.Empty:
                break
            if not isinstance(item, tuple):
                return batch, item
            batch.append(item)
            self._under_way = len(batch)
            if deadline is None:
                deadline = time.monotonic() + GATHERING_SECONDS
        return batch, None

    def _run(self, job: _Job) -> None:
        if not job.future.set_running_or_notify_cancel():
            return  # whoever asked for it has gone

        def transact() -> None:
            with self._catalog.write() as connection:
                result = job.function(connection)
            job.future.set_result(result)

        self._attempt(transact)
        if self._failure is not None:
            job.future.set_exception(self._failure)

    def _attempt(self, transact: Callable[[], None]) -> None:
        if self._failure is not None:
            return
        try:
            transact()
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to but its crawl
            self._failure = error
            self._on_failure(error)

    def _commit(self, batch: Sequence[tuple[RunContext, Visit]]) -> None:
        by_run: dict[int, list[Visit]] = {}
        contexts: dict[int, RunContext] = {}
        for run, visit in batch:
            contexts[run.run_id] = run
            by_run.setdefault(run.run_id, []).append(visit)
        now = datetime.now(UTC)
        with self._catalog.write() as connection:
            if self._bodies is not None:
                self._bodies.put(connection, [visit.body for _, visit in batch if visit.body is not None])
            lock_in_order(connection, documents.c.id, _documents_of(visit for _, visit in batch))
            committed = [
                self._write(connection, contexts[run_id], visits, now) for run_id, visits in by_run.items()
            ]
        self._under_way = 0
        for each in committed:
            self._on_commit(each)

    def _write(
        self, connection: Connection, run: RunContext, visits: Sequence[Visit], now: datetime
    ) -> Committed:
        counts = self._counts.setdefault(run.run_id, Counter())
        queued = self._write_discoveries(connection, run, visits)
        verdicts = self._write_documents(connection, run, visits, counts, now)
        record_verdicts(connection, verdicts, now)
        save_links(
            connection,
            [(visit.verdict.url_id, visit.links) for visit in visits if visit.verdict and visit.links],
        )
        save_sources(
            connection,
            [(visit.verdict.url_id, visit.sources) for visit in visits if visit.verdict and visit.sources],
        )
        counts["found"] += len(queued)
        counts["fetched"] += len(verdicts)
        counts["not_asked"] += sum(verdict.attempts == 0 for verdict in verdicts)
        counts["bytes"] += sum(visit.transferred for visit in visits)
        for verdict in verdicts:
            counts[f"state:{verdict.state.value}"] += 1
        self._note(connection, run, counts)
        return Committed(run, queued, tuple(verdict.url_id for verdict in verdicts), dict(counts))

    def _note(self, connection: Connection, run: RunContext, counts: Counter[str]) -> None:
        """Keep the counts, provided that the run still is this process's: else all of the batch is undone."""
        ours = and_(runs.c.id == run.run_id, runs.c.holder == self._holder)
        if connection.execute(update(runs).where(ours).values(counts=dict(counts))).rowcount != 1:
            raise_lost(connection, run.run_id)

    def _write_discoveries(
        self, connection: Connection, run: RunContext, visits: Sequence[Visit]
    ) -> tuple[FetchTask, ...]:
        found = [item for visit in visits for item in visit.discoveries]
        allowed = each_once(item for item in found if item.decision.allowed)
        kept_out = each_once(item for item in found if not item.decision.allowed)
        to_ask: Sequence[Discovery] = list(allowed.values())
        not_to_ask: Sequence[Discovery] = [item for key, item in kept_out.items() if key not in allowed]
        if run.incremental:
            to_ask = worth_a_visit(connection, run.run_id, to_ask)
            not_to_ask = unknown(connection, not_to_ask)
        queued = enqueue(connection, run.connector_id, run.run_id, to_ask)
        refuse(connection, run.connector_id, run.run_id, not_to_ask)
        count_refused_hosts(
            connection,
            run.connector_id,
            run.run_id,
            [host for visit in visits for host in visit.hosts_refused],
        )
        note_lastmods(connection, found)
        return queued

    def _write_documents(
        self,
        connection: Connection,
        run: RunContext,
        visits: Sequence[Visit],
        counts: Counter[str],
        now: datetime,
    ) -> list[Verdict]:
        """Settle the drafts; return all verdicts, those of documents saying what became of them."""
        drafts = [visit.draft for visit in visits if visit.draft is not None]
        fates = iter(
            save_documents(connection, run.connector_id, run.run_id, drafts, now=now, forced=run.forced)
        )
        touch_documents(connection, run.run_id, [visit.unchanged for visit in visits if visit.unchanged], now)
        counts[Fate.UNCHANGED.value] += sum(visit.unchanged is not None for visit in visits)
        verdicts = []
        for visit in visits:
            settled = next(fates) if visit.draft is not None else None
            if settled is not None:
                counts[settled.fate.value] += 1
                _count_replaced(counts, settled.replaced)
                if visit.draft is not None and settled.fate is not Fate.DUPLICATE:
                    counts.update(f"{MISFIT}{fault.field}" for fault in visit.draft.faults)
            if visit.verdict is not None:
                verdicts.append(_with_fate(visit.verdict, visit.draft, settled))
        return verdicts


def _count_replaced(counts: Counter[str], number: int) -> None:
    """Documents that this run had counted as new, and that turned out to be copies of a better one."""
    for name, change in ((Fate.ADDED.value, -number), (Fate.DUPLICATE.value, number)):
        counts[name] += change
    counts[f"state:{UrlState.INDEXED}"] -= number
    counts[f"state:{UrlState.DUPLICATE}"] += number


def _documents_of(visits: Iterable[Visit]) -> Iterator[str]:
    for visit in visits:
        if visit.draft is not None:
            yield visit.draft.id
        if visit.unchanged is not None:
            yield visit.unchanged


def _with_fate(verdict: Verdict, draft: DocumentDraft | None, settled: Settled | None) -> Verdict:
    if draft is None or settled is None:
        return verdict
    if settled.fate is Fate.DUPLICATE:
        return replace(
            verdict,
            state=UrlState.DUPLICATE,
            reason=settled.reason,
            rule="link rel=canonical" if settled.reason is Reason.CANONICAL_ELSEWHERE else None,
            detail=settled.original_url,
            document_id=settled.original_id,
        )
    state = UrlState.UNCHANGED if settled.fate is Fate.UNCHANGED else UrlState.INDEXED
    return replace(verdict, state=state, document_id=draft.id)
