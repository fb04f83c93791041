"""Connectors at a glance, and runs with their counts; `catalog.run_report` has a run URL by URL."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.lease import abandoned_runs
from catalog.runs import Run, latest_runs
from catalog.tables import chunks, connectors, documents
from catalog.vocabulary import MISFIT, RunState

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

    `chunks` is 0 where they were not to be counted.
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


def connector_statuses(connection: Connection, *, count_chunks: bool = True) -> dict[str, ConnectorStatus]:
    """Every connector that ever ran, by name; counting the chunks of a million documents takes seconds."""
    living = documents.c.deleted_at.is_(None)
    documents_of = _per_connector(connection, select(documents.c.connector_id, func.count()).where(living))
    # Counted here, as SQLite would rather read every document in the order of connectors.
    waiting_of = Counter(connection.scalars(select(documents.c.connector_id).where(documents.c.pending)))
    chunks_of = _chunks(connection) if count_chunks else {}
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


def _chunks(connection: Connection) -> dict[int, int]:
    counted = select(documents.c.connector_id, func.count()).join(
        chunks, chunks.c.document_id == documents.c.id
    )
    return _per_connector(connection, counted.where(chunks.c.ordinal >= 0))


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
