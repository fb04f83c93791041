"""The running `crawler schedule` as the catalog shows it: who it is, and what it has in hand.

What it does lies in the table of commands: a sync that it began is a running command, so that after a crash
its successor finds what was cut off, and waits to be done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from catalog.commands import Command, CommandState, put_command, read_command
from catalog.connectors import connector_id
from catalog.errors import CatalogError
from catalog.holder import Holder
from catalog.lease import RunHeld, clock, raise_if_held
from catalog.runs import latest_runs
from catalog.tables import commands, connectors, runs
from catalog.vocabulary import RunState

SILENCE: Final = timedelta(seconds=60)
"""A scheduler on another host that was not heard of for so long is gone."""
HEARTBEAT_SECONDS: Final = 10.0

KEPT: Final = timedelta(days=7)
"""How long finished commands can be looked up."""

SYNC: Final = "sync"
STOP: Final = "stop"
INQUIRIES: Final = ("plan", "explain", "try")
"""Questions that take a crawler's rules to answer; the results of these commands are their answers."""
COMMANDS: Final = (SYNC, STOP, *INQUIRIES)

_SCHEDULE: Final = "schedule"
_TAKEN_UP_AGAIN: Final = (SYNC, *INQUIRIES)
"""What is done by whoever schedules next when it was cut off."""


class NoSchedulerError(CatalogError):
    """Nobody would carry out a command."""

    def __init__(self) -> None:
        super().__init__(
            "no `crawler schedule` runs on this catalog, and it alone carries this out: start "
            "`crawler schedule` (as a service that stays up) and ask again"
        )


class SchedulerRunning(CatalogError):  # noqa: N818 - a state of affairs, not a fault
    """Another living process schedules the syncs of this catalog."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(
            f"`crawler schedule` already runs: {holder.in_words}; a catalog wants one, so end that first"
        )


def living_scheduler(connection: Connection) -> Holder | None:
    """The process that carries out commands and schedules now, or None: commands would wait."""
    row = connection.execute(
        select(commands).where(commands.c.name == _SCHEDULE).order_by(commands.c.id.desc()).limit(1)
    ).one_or_none()
    if row is None or row.state != CommandState.RUNNING:
        return None
    holder = Holder.parse(row.arguments["scheduler"])
    observer = Holder.of_this_process()
    if holder.is_alive(observer):
        return holder
    silent = clock(connection) - datetime.fromisoformat(row.arguments["seen_at"])
    return None if holder.is_dead(observer) or silent > SILENCE else holder


def become_scheduler(connection: Connection) -> None:
    """Announce this process, and have what a dead predecessor had in hand wait again.

    Raises `SchedulerRunning` where another lives.
    """
    own = Holder.of_this_process()
    other = living_scheduler(connection)
    if other is not None and str(other) != str(own):
        raise SchedulerRunning(other)
    connection.execute(delete(commands).where(commands.c.name == _SCHEDULE))
    now = clock(connection)
    connection.execute(
        insert(commands).values(
            name=_SCHEDULE,
            arguments={"scheduler": str(own), "seen_at": now.isoformat()},
            state=CommandState.RUNNING.value,
            created_at=now,
        )
    )
    _let_wait(connection)


def give_sign_of_life(connection: Connection) -> None:
    """Say that this process still schedules, and drop old commands. Raises `SchedulerRunning` when it was
    given up for dead and another took its place."""
    own = str(Holder.of_this_process())
    row = connection.execute(select(commands).where(commands.c.name == _SCHEDULE)).first()
    if row is not None and row.arguments["scheduler"] != own:
        raise SchedulerRunning(Holder.parse(row.arguments["scheduler"]))
    now = clock(connection)
    connection.execute(
        update(commands)
        .where(commands.c.name == _SCHEDULE)
        .values(arguments={"scheduler": own, "seen_at": now.isoformat()})
    )
    connection.execute(delete(commands).where(commands.c.finished_at < now - KEPT))


def end_as_scheduler(connection: Connection) -> None:
    """Withdraw; what this process had begun waits for the next."""
    connection.execute(delete(commands).where(commands.c.name == _SCHEDULE))
    _let_wait(connection)


def _let_wait(connection: Connection) -> None:
    """Have what is in hand done by the next."""
    in_hand = commands.c.state == CommandState.RUNNING.value
    connection.execute(
        update(commands)
        .where(in_hand, commands.c.name.in_(_TAKEN_UP_AGAIN))
        .values(state=CommandState.WAITING.value)
    )


def ask_scheduler(connection: Connection, name: str, arguments: Mapping[str, Any]) -> int:
    """Have one of `COMMANDS` carried out; its id. Raises `NoSchedulerError` where nobody would."""
    assert name in COMMANDS, name
    if living_scheduler(connection) is None:
        raise NoSchedulerError
    return put_command(connection, name, arguments)


def begin_command(connection: Connection, arguments: Mapping[str, Any]) -> int:
    """Note a sync that is done without having been asked for; `finish_command` ends it."""
    return put_command(connection, SYNC, arguments, CommandState.RUNNING)


def commands_wait(connection: Connection, names: Iterable[str]) -> bool:
    """Whether there is something to claim: asked without the lock that claiming takes."""
    waiting = select(commands.c.id).where(
        commands.c.state == CommandState.WAITING.value, commands.c.name.in_(list(names))
    )
    return connection.execute(waiting.limit(1)).first() is not None


def last_activity(connection: Connection, names: Iterable[str]) -> dict[str, datetime]:
    """When each connector last ran, or was first seen: what was due since then was missed.

    Needs a connection for writing, as it notes those that it sees for the first time.
    """
    known = latest_runs(connection)
    found = {}
    for name in names:
        run = known.get(name)
        if run is not None:
            found[name] = max(run.started_at, run.finished_at or run.started_at)
        else:
            number = connector_id(connection, name)
            found[name] = connection.execute(
                select(connectors.c.created_at).where(connectors.c.id == number)
            ).scalar_one()
    return found


def sync_in_hand(connection: Connection, name: str) -> Command | None:
    """The sync of a connector that waits for its turn or is under way by a scheduler, if any."""
    unfinished = (CommandState.WAITING.value, CommandState.RUNNING.value)
    rows = connection.execute(
        select(commands.c.id, commands.c.arguments)
        .where(commands.c.name == SYNC, commands.c.state.in_(unfinished))
        .order_by(commands.c.id.desc())
    )
    found = next((row.id for row in rows if row.arguments.get("connector") == name), None)
    return None if found is None else read_command(connection, found)


def who_syncs(connection: Connection, name: str) -> str | None:
    """The sentence about the process that has a connector, or None when it is free."""
    row = connection.execute(
        select(runs)
        .join(connectors, connectors.c.id == runs.c.connector_id)
        .where(connectors.c.name == name, runs.c.state == RunState.RUNNING.value)
        .order_by(runs.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    try:
        raise_if_held(name, row, Holder.of_this_process(), clock(connection))
    except RunHeld as held:
        return str(held)
    return None
