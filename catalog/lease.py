"""The lease of a run: one process at a time has a connector, and one that lost it writes nothing more.

Whether a process of the same host lives is asked of the system, so that no clock matters there: a dead one
is replaced at once, a living one never. Of another host only time tells: the lease runs by the clock of the
database's server, the one that all of them share.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from catalog.errors import CatalogError
from catalog.holder import Holder
from catalog.tables import connectors, runs
from catalog.vocabulary import RunState

LEASE: Final = timedelta(seconds=90)
"""How long a run belongs to a process that gives no sign of life; renew it three times as often."""


class RunHeld(CatalogError):  # noqa: N818 - a state of affairs, not a fault
    """Another living process runs this connector; `until` is None where it is known to live."""

    def __init__(self, connector: str, run_id: int, holder: Holder, until: datetime | None) -> None:
        freed = "" if until is None else f"; if that host is gone, the run is free at {until:%H:%M:%S} UTC"
        super().__init__(
            f"connector {connector!r} is being crawled by {holder.in_words} (run {run_id}): "
            f"wait for it or stop it{freed}"
        )
        self.run_id = run_id
        self.holder = holder


class RunLost(CatalogError):  # noqa: N818 - a state of affairs, not a fault
    """This process's run belongs to another by now."""

    def __init__(self, connector: str, run_id: int, holder: Holder | None) -> None:
        now = "is not its any more" if holder is None else f"was taken over by {holder.in_words}"
        super().__init__(
            f"run {run_id} of connector {connector!r} {now}: this process gave no sign of life for more than "
            f"{LEASE.total_seconds():.0f} s (was the machine suspended?); what it wrote before stands, and "
            "it writes nothing more"
        )


def clock(connection: Connection) -> datetime:
    """The time by which leases run: of PostgreSQL's server; with SQLite, of this host."""
    if connection.dialect.name == "postgresql":
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)
    return datetime.now(UTC)


def raise_if_held(name: str, run: Row[*tuple[Any, ...]], observer: Holder, now: datetime) -> None:
    """Raise `RunHeld` unless the holder of a running run is dead, or its lease is over."""
    if run.holder is None:
        return
    other = Holder.parse(run.holder)
    if other.is_alive(observer):
        raise RunHeld(name, run.id, other, None)
    if run.lease_expires_at > now and not other.is_dead(observer):
        raise RunHeld(name, run.id, other, run.lease_expires_at)


def abandoned_runs(connection: Connection) -> frozenset[int]:
    """Running runs that nobody works on any more: their process was killed, the next sync continues them."""
    observer, now = Holder.of_this_process(), clock(connection)
    running = connection.execute(
        select(connectors.c.name, runs.c.id, runs.c.holder, runs.c.lease_expires_at)
        .join(connectors, connectors.c.id == runs.c.connector_id)
        .where(runs.c.state == RunState.RUNNING.value)
    )
    return frozenset(run.id for run in running if not _is_held(run, observer, now))


def _is_held(run: Row[*tuple[Any, ...]], observer: Holder, now: datetime) -> bool:
    try:
        raise_if_held(run.name, run, observer, now)
    except RunHeld:
        return True
    return False


def renew_lease(
    connection: Connection, run_id: int, *, holder: Holder | None = None, now: datetime | None = None
) -> bool:
    """Give a sign of life; False when the run is no longer this process's: then it must stop writing."""
    renewed = connection.execute(
        update(runs)
        .where(
            runs.c.id == run_id,
            runs.c.holder == str(holder or Holder.of_this_process()),
            runs.c.state == RunState.RUNNING.value,
        )
        .values(lease_expires_at=(now or clock(connection)) + LEASE)
    )
    return renewed.rowcount == 1


def hold_run(connection: Connection, run_id: int) -> None:
    """Renew the lease, or raise `RunLost`: what the same transaction wrote is then undone."""
    if not renew_lease(connection, run_id):
        raise_lost(connection, run_id)


def raise_lost(connection: Connection, run_id: int) -> None:
    """Say who has the run now."""
    found = connection.execute(
        select(runs.c.holder, connectors.c.name)
        .join(connectors, connectors.c.id == runs.c.connector_id)
        .where(runs.c.id == run_id)
    ).one_or_none()
    if found is None:
        raise RunLost("?", run_id, None)
    raise RunLost(found.name, run_id, None if found.holder is None else Holder.parse(found.holder))
