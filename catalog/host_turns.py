"""Turns at hosts: of several processes that crawl one host, one at a time asks it, at the strictest pace.

A process has its turn at a host until another wants one, and gives it up with the time from which the host
may be asked again. So a request costs nothing here, and a host is never asked faster than one process would.
Who died holding a turn loses it as a run is lost (`catalog.lease`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, or_, select, update

from catalog.dialect import insert_or
from catalog.holder import Holder
from catalog.lease import LEASE, clock
from catalog.tables import host_turns

WANTED: Final = timedelta(seconds=5)
"""How long whoever waits for a turn stays the next without asking again."""

LONGEST_REST: Final = timedelta(hours=1)
"""A host that is to be left alone for longer was noted by a clock that was set back since."""


@dataclass(frozen=True, slots=True)
class HostPace:
    """A wish for a host: the least seconds between two requests, and how many at a time."""

    interval: float
    concurrency: int

    def stricter(self, other: HostPace) -> HostPace:
        """The wish that fulfils both."""
        return HostPace(max(self.interval, other.interval), min(self.concurrency, other.concurrency))


NO_WISH: Final = HostPace(0.0, 2**31 - 1)
"""Any other is stricter."""


@dataclass(frozen=True, slots=True)
class Turn:
    """This process may ask the host, first after `rest` seconds, at the strictest pace wished for."""

    rest: float
    pace: HostPace


def take_turn(
    connection: Connection, host: str, wish: HostPace, *, process: Holder | None = None
) -> Turn | Holder:
    """Take the turn at a host, or say who has it; then this process is the next, if none is yet.

    Needs a connection for writing. Call it again, within `WANTED`, as long as the turn is wanted.
    """
    process = process or Holder.of_this_process()
    fresh = {"host": host, "interval": wish.interval, "concurrency": wish.concurrency}
    connection.execute(insert_or(connection, host_turns).on_conflict_do_nothing(), fresh)
    this = host_turns.c.host == host
    row = connection.execute(select(host_turns).where(this).with_for_update()).one()
    now = clock(connection)
    other = _other(row, process, now)
    own, died = row.holder == str(process), other is None and row.holder not in {None, str(process)}
    pace = wish if died else wish.stricter(HostPace(row.interval, row.concurrency))
    values: dict[str, Any] = {"interval": pace.interval, "concurrency": pace.concurrency}
    if other is None:
        values |= {"holder": str(process), "lease_expires_at": now + LEASE, "free_at": None}
    if not _is_wanted(row, process, now):  # then who asks here is the next, or was it
        values |= {"wanted_by": None, "wanted_until": None} if other is None else _next(row, process, now)
    if any(row._mapping[name] != value for name, value in values.items()):
        connection.execute(update(host_turns).where(this).values(values))
    if other is not None:
        return other
    # When one that died asked last nobody knows.
    return Turn(0.0 if own else row.interval if died else _rest(row.free_at, now), pace)


def _next(row: Row[*tuple[Any, ...]], process: Holder, now: datetime) -> dict[str, Any]:
    if row.wanted_by == str(process) and now + WANTED / 2 < row.wanted_until <= now + WANTED:
        return {}  # asked for a moment ago
    return {"wanted_by": str(process), "wanted_until": now + WANTED}


def _other(row: Row[*tuple[Any, ...]], process: Holder, now: datetime) -> Holder | None:
    """Whose turn it is before this process's: the holder's, or that of who waited for it to be free."""
    if row.holder is not None:
        if row.holder == str(process):
            return None
        holder = Holder.parse(row.holder)
        if _lives(holder, process, row.lease_expires_at, now):
            return holder
    return Holder.parse(row.wanted_by) if _is_wanted(row, process, now) else None


def _lives(holder: Holder, observer: Holder, until: datetime, now: datetime) -> bool:
    return holder.is_alive(observer) or (until > now and not holder.is_dead(observer))


def _is_wanted(row: Row[*tuple[Any, ...]], process: Holder, now: datetime) -> bool:
    """Whether another one is the next."""
    if row.wanted_by is None or row.wanted_by == str(process) or not now < row.wanted_until <= now + WANTED:
        return False
    return not Holder.parse(row.wanted_by).is_dead(process)


def _rest(free_at: datetime | None, now: datetime) -> float:
    rest = timedelta() if free_at is None else min(free_at - now, LONGEST_REST)
    return max(rest.total_seconds(), 0.0)


def wanted_turns(connection: Connection, *, process: Holder | None = None) -> dict[str, HostPace]:
    """The hosts at which this process has its turn and another waits for one, with the strictest wish."""
    own = str(process or Holder.of_this_process())
    now = clock(connection)
    wanted = and_(host_turns.c.wanted_by != own, host_turns.c.wanted_until > now)
    rows = connection.execute(select(host_turns).where(host_turns.c.holder == own, wanted))
    return {row.host: HostPace(row.interval, row.concurrency) for row in rows}


def give_turn(connection: Connection, host: str, rest: float, *, process: Holder | None = None) -> None:
    """End this process's turn at a host, which may be asked again after `rest` seconds; its wish remains."""
    own = and_(host_turns.c.host == host, host_turns.c.holder == str(process or Holder.of_this_process()))
    free_at = clock(connection) + timedelta(seconds=rest)
    connection.execute(update(host_turns).where(own).values(holder=None, free_at=free_at))


def renew_turns(connection: Connection, *, process: Holder | None = None) -> frozenset[str]:
    """Give a sign of life; the hosts at which this process still has its turn."""
    own = host_turns.c.holder == str(process or Holder.of_this_process())
    renewed = update(host_turns).where(own).values(lease_expires_at=clock(connection) + LEASE)
    return frozenset(connection.scalars(renewed.returning(host_turns.c.host)))


def end_turns(connection: Connection, rests: Mapping[str, float], *, process: Holder | None = None) -> None:
    """End all turns of this process and its wishes; `rests` are the seconds for which hosts must still wait.

    Hosts that nobody wants or has to wait for are forgotten.
    """
    now = clock(connection)
    own = host_turns.c.holder == str(process or Holder.of_this_process())
    for host, rest in sorted(rests.items()):
        waiting = {"holder": None, "free_at": now + timedelta(seconds=rest)} | asdict(NO_WISH)
        connection.execute(update(host_turns).where(own, host_turns.c.host == host).values(waiting))
    rested = and_(host_turns.c.holder.is_(None), host_turns.c.free_at <= now)
    unwanted = or_(host_turns.c.wanted_until.is_(None), host_turns.c.wanted_until <= now)
    connection.execute(delete(host_turns).where(or_(own, and_(rested, unwanted))))
