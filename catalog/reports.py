"""What people ask of the catalog about crawls: connectors at a glance, runs with counts, a run URL by URL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.document import FieldFault
from catalog.kept_documents import Kept, protected_documents, why_kept
from catalog.lease import abandoned_runs
from catalog.runs import Run, latest_runs, read_run
from catalog.tables import chunks, connectors, documents, refused_links, urls
from catalog.vocabulary import MISFIT, Reason, RunState, UrlState

COUNTED: Final = ("added", "changed", "unchanged", "deleted", "protected")
"""What a run counts of documents."""


class Health(StrEnum):
    """How a connector does, by its latest run."""

    NEW = "new"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    HEALTHY = "healthy"
    INCOMPLETE = "incomplete"
    STOPPED = "stopped"
    FAILED = "failed"


_HEALTH: Final = {
    RunState.RUNNING: Health.RUNNING,
    RunState.SUCCEEDED: Health.HEALTHY,
    RunState.INCOMPLETE: Health.INCOMPLETE,
    RunState.STOPPED: Health.STOPPED,
    RunState.FAILED: Health.FAILED,
}


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """A connector at a glance; `documents` counts the living ones, `waiting` those not yet in the indexes.

    `abandoned`: the last run's process was killed, and the next sync continues it.
    """

    name: str
    documents: int
    chunks: int
    waiting: int
    last_run: Run | None
    abandoned: bool = False

    @property
    def health(self) -> Health:
        """How it does, by its latest run."""
        if self.abandoned:
            return Health.INTERRUPTED
        return Health.NEW if self.last_run is None else _HEALTH[self.last_run.state]


def connector_statuses(connection: Connection) -> dict[str, ConnectorStatus]:
    """Every connector that ever ran, by name."""
    living = documents.c.deleted_at.is_(None)
    documents_of = _per_connector(connection, select(documents.c.connector_id, func.count()).where(living))
    # Counted here, as SQLite would rather read every document in the order of connectors.
    waiting_of = Counter(connection.scalars(select(documents.c.connector_id).where(documents.c.pending)))
    chunks_of = _per_connector(
        connection,
        select(documents.c.connector_id, func.count())
        .join(chunks, chunks.c.document_id == documents.c.id)
        .where(chunks.c.ordinal >= 0),
    )
    latest, abandoned = latest_runs(connection), abandoned_runs(connection)
    return {
        row.name: ConnectorStatus(
            row.name,
            documents_of.get(row.id, 0),
            chunks_of.get(row.id, 0),
            waiting_of[row.id],
            run := latest.get(row.name),
            run is not None and run.id in abandoned,
        )
        for row in connection.execute(select(connectors).order_by(connectors.c.name))
    }


def _per_connector(connection: Connection, statement: Any) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(statement.group_by(documents.c.connector_id))}


def run_summary(run: Run) -> dict[str, Any]:
    """A run in the shape that `sync`, `runs` and `/v1/runs` promise: counts by kind, refusals by reason."""
    return {
        "connector": run.connector,
        "run": run.id,
        "mode": run.mode.value,
        "state": run.state.value,
        "limit": run.limit and run.limit.value,
        "error": run.error,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "seconds": round(run.seconds, 3),
        "pages_per_second": round(run.counts.get("fetched", 0) / run.seconds, 1) if run.seconds else 0.0,
        **{kind: run.counts.get(kind, 0) for kind in COUNTED},
        "documents": run.counts.get("documents", 0),
        "visited": run.counts.get("fetched", 0),
        "duplicates": run.counts.get("state:duplicate", 0),
        "variants": run.counts.get("variants", 0),
        "redirects": run.counts.get("state:redirect", 0),
        "gone": run.counts.get("state:gone", 0),
        "rendered": run.counts.get("rendered", 0),
        "bytes": run.counts.get("bytes", 0),
        "sitemaps": run.counts.get("sitemaps", 0),
        "refused": run.counts.get("refused", {}),
        "failed": run.counts.get("failed", {}),
        "warnings": run.counts.get("warnings", []),
        "orphans": run.counts.get("orphans", 0),
        "skipped": run.counts.get("skipped", 0),
        "misfits": {
            name.removeprefix(MISFIT): number
            for name, number in run.counts.items()
            if name.startswith(MISFIT)
        },
    }


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A URL as a run left it; the field names are the columns of `report --csv`."""

    url: str
    state: str
    reason: str | None
    rule: str | None
    status: int | None
    depth: int
    referrer: str | None
    renderer: str | None
    content_type: str | None
    bytes: int | None
    title: str | None
    document_id: str | None
    kept: Kept | None = None


def report_rows(connection: Connection, run_id: int) -> Iterator[ReportRow]:
    """Every URL whose latest run this was, as they were found, read in portions.

    The ledger has one row for each URL: what a later run met again is in that run's report.
    """
    run = read_run(connection, run_id)
    protected = frozenset() if run is None else protected_documents(connection, run)
    referrers = urls.alias("referrers")
    statement = (
        select(
            urls.c.url,
            urls.c.state,
            urls.c.reason,
            urls.c.rule,
            urls.c.status,
            urls.c.depth,
            referrers.c.url,
            urls.c.renderer,
            urls.c.content_type,
            urls.c.size,
            documents.c.title,
            urls.c.document_id,
            urls.c.key,
        )
        .outerjoin(referrers, referrers.c.id == urls.c.referrer_id)
        .outerjoin(documents, documents.c.id == urls.c.document_id)
        .where(urls.c.run_id == run_id)
        .order_by(urls.c.id)
        .execution_options(yield_per=1000)
    )
    for row in connection.execute(statement):
        kept = why_kept(row.key, row.state, row.reason, protected)
        cells: tuple[Any, ...] = (*tuple(row)[:-1], kept)
        yield ReportRow(*cells)


def misfits(connection: Connection, run_id: int) -> Iterator[tuple[str, FieldFault]]:
    """The URLs of documents that a run met last, with the values that did not fit a field of theirs."""
    statement = (
        select(documents.c.url, documents.c.faults)
        .where(
            documents.c.run_id == run_id, documents.c.faults.is_not(None), documents.c.deleted_at.is_(None)
        )
        .order_by(documents.c.url)
    )
    for url, faults in connection.execute(statement):
        yield from ((url, FieldFault(*fault)) for fault in faults)


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many URLs of a run share a verdict."""

    state: UrlState
    reason: Reason | None
    count: int


def verdict_counts(connection: Connection, run_id: int) -> tuple[VerdictCount, ...]:
    """The verdicts of a run's URLs, the most frequent first."""
    statement = (
        select(urls.c.state, urls.c.reason, func.count())
        .where(urls.c.run_id == run_id)
        .group_by(urls.c.state, urls.c.reason)
    )
    counts = [
        VerdictCount(UrlState(state), None if reason is None else Reason(reason), count)
        for state, reason, count in connection.execute(statement)
    ]
    return tuple(sorted(counts, key=lambda verdict: (-verdict.count, verdict.state, verdict.reason or "")))


@dataclass(frozen=True, slots=True)
class RefusedHost:
    """A host whose links were not followed, with how many there were and some of them."""

    host: str
    reason: Reason
    count: int
    examples: tuple[str, ...]


def refused_hosts(connection: Connection, run_id: int) -> tuple[RefusedHost, ...]:
    """The hosts that a run left out, those with the most links first."""
    columns = refused_links.c
    statement = (
        select(columns.host, columns.reason, columns["count"], columns.examples)
        .where(columns.run_id == run_id)
        .order_by(columns["count"].desc(), columns.host)
    )
    return tuple(
        RefusedHost(host, Reason(reason), count, tuple(examples))
        for host, reason, count, examples in connection.execute(statement)
    )
