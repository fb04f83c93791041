"""Runs of a connector: one at a time, held by a lease, continued after a crash or a stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select, update

from catalog.holder import Holder
from catalog.lease import LEASE, clock, raise_if_held
from catalog.tables import connectors, runs
from catalog.vocabulary import Limit, RunMode, RunState


@dataclass(frozen=True, slots=True)
class Run:
    """One sync of one connector. `seconds` is the time spent crawling, over all continuations."""

    id: int
    connector: str
    mode: RunMode
    state: RunState
    limit: Limit | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None
    seconds: float
    counts: Mapping[str, Any]
    holder: str | None = None
    settings_hash: str = ""
    resumed: bool = False


def begin_run(
    connection: Connection,
    connector_id: int,
    mode: RunMode,
    settings_hash: str,
    *,
    holder: Holder | None = None,
    now: datetime | None = None,
) -> Run:
    """Start a run of a connector, or continue its latest when that was cut off or stopped.

    A run is continued (`resumed`, with its id, counts and seconds) when its mode and settings are the
    same; otherwise it is closed as stopped and a new one begins. Needs a connection for writing. Raises
    `RunHeld` when a living process has it.
    """
    holder = holder or Holder.of_this_process()
    now = now or clock(connection)
    # On PostgreSQL this row is what two processes that begin at once queue up for.
    name = connection.execute(
        select(connectors.c.name).where(connectors.c.id == connector_id).with_for_update()
    ).scalar_one()
    latest = connection.execute(
        select(runs).where(runs.c.connector_id == connector_id).order_by(runs.c.id.desc()).limit(1)
    ).one_or_none()
    if latest is not None and latest.state == RunState.RUNNING:
        raise_if_held(name, latest, holder, now)
    resumed = latest is not None and _can_continue(latest, mode, settings_hash)
    if latest is not None and resumed:
        run_id = _continue(connection, latest.id, holder, now)
    else:
        if latest is not None and latest.state == RunState.RUNNING:
            _close_abandoned(connection, latest, now)
        first = {"connector_id": connector_id, "mode": mode.value, "settings_hash": settings_hash}
        run_id = _insert(connection, first, holder, now)
    run = read_run(connection, run_id)
    assert run is not None
    return replace(run, resumed=resumed)


def _can_continue(latest: Row[*tuple[Any, ...]], mode: RunMode, settings_hash: str) -> bool:
    unfinished = latest.state in {RunState.RUNNING, RunState.STOPPED}
    return unfinished and latest.mode == mode and latest.settings_hash == settings_hash


def _continue(connection: Connection, run_id: int, holder: Holder, now: datetime) -> int:
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            state=RunState.RUNNING.value,
            holder=str(holder),
            lease_expires_at=now + LEASE,
            finished_at=None,
            limit_reached=None,
            error=None,
        )
    )
    return run_id


def _close_abandoned(connection: Connection, latest: Row[*tuple[Any, ...]], now: datetime) -> None:
    connection.execute(
        update(runs)
        .where(runs.c.id == latest.id)
        .values(
            state=RunState.STOPPED.value,
            holder=None,
            lease_expires_at=None,
            finished_at=min(now, latest.lease_expires_at or now),
            error="its process ended, and the next run has another mode or other settings",
        )
    )


def _insert(connection: Connection, first: Mapping[str, Any], holder: Holder, now: datetime) -> int:
    made = connection.execute(
        runs.insert().values(
            **first,
            state=RunState.RUNNING.value,
            started_at=now,
            counts={},
            holder=str(holder),
            lease_expires_at=now + LEASE,
        )
    )
    assert made.inserted_primary_key is not None
    run_id: int = made.inserted_primary_key[0]
    return run_id


def save_counts(
    connection: Connection, run_id: int, counts: Mapping[str, Any], seconds: float | None = None
) -> None:
    """Keep what a run has counted so far, so that a continuation goes on from there."""
    values: dict[str, Any] = {"counts": dict(counts)} | ({} if seconds is None else {"seconds": seconds})
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def finish_run(
    connection: Connection,
    run_id: int,
    state: RunState,
    *,
    counts: Mapping[str, Any],
    seconds: float,
    limit: Limit | None = None,
    error: str | None = None,
    now: datetime | None = None,
) -> None:
    """End a run and let the connector go. `seconds` is the total over all continuations.

    A run ended as `stopped` is the one that `begin_run` continues next.
    """
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            state=state.value,
            limit_reached=None if limit is None else limit.value,
            error=error,
            counts=dict(counts),
            seconds=seconds,
            finished_at=now or clock(connection),
            holder=None,
            lease_expires_at=None,
        )
    )


_RUN_COLUMNS: Final = select(runs, connectors.c.name).join(connectors, connectors.c.id == runs.c.connector_id)


def read_run(connection: Connection, run_id: int) -> Run | None:
    """One run, or None when there is none of that number."""
    row = connection.execute(_RUN_COLUMNS.where(runs.c.id == run_id)).one_or_none()
    return None if row is None else _run(row)


def recent_runs(
    connection: Connection, connector: str | None = None, limit: int = 50, *, before: int | None = None
) -> tuple[Run, ...]:
    """The latest runs, newest first: of all connectors or of one, all or those with a smaller number."""
    statement = _RUN_COLUMNS.order_by(runs.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(runs.c.id < before)
    if connector is not None:
        statement = statement.where(connectors.c.name == connector)
    return tuple(_run(row) for row in connection.execute(statement))


def latest_runs(connection: Connection) -> dict[str, Run]:
    """The newest run of each connector, by the connector's name."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.connector_id)
    return {row.name: _run(row) for row in connection.execute(_RUN_COLUMNS.where(runs.c.id.in_(newest)))}


def prune_runs(connection: Connection, keep: int) -> int:
    """Forget all but the newest `keep` (at least one) finished runs of each connector; return how many.

    The newest stays whatever `keep` says: `begin_run` may have to continue it. So does the newest that
    succeeded: by its settings the next sync knows whether what is kept was read by the present rules.
    """
    finished = select(runs.c.id, runs.c.connector_id).where(runs.c.state != RunState.RUNNING.value)
    succeeded = runs.c.state == RunState.SUCCEEDED.value
    standing = set(
        connection.scalars(select(func.max(runs.c.id)).where(succeeded).group_by(runs.c.connector_id))
    )
    seen: dict[int, int] = {}
    forgotten = []
    for row in connection.execute(finished.order_by(runs.c.id.desc())):
        seen[row.connector_id] = seen.get(row.connector_id, 0) + 1
        if seen[row.connector_id] > max(keep, 1) and row.id not in standing:
            forgotten.append(row.id)
    if forgotten:
        connection.execute(delete(runs).where(runs.c.id.in_(forgotten)))
    return len(forgotten)


def _run(row: Row[*tuple[Any, ...]]) -> Run:
    return Run(
        id=row.id,
        connector=row.name,
        mode=RunMode(row.mode),
        state=RunState(row.state),
        limit=None if row.limit_reached is None else Limit(row.limit_reached),
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
        seconds=row.seconds,
        counts=row.counts,
        holder=row.holder,
        settings_hash=row.settings_hash,
    )
