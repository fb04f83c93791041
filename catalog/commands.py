"""What the search service asks a running `crawler schedule` to do: a small queue in the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalog.tables import commands


class CommandState(StrEnum):
    """How far a command has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be done, by name (`sync`, `stop`, …), and what came of it."""

    id: int
    name: str
    arguments: Mapping[str, Any]
    state: CommandState
    result: Mapping[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


def put_command(
    connection: Connection,
    name: str,
    arguments: Mapping[str, Any],
    state: CommandState = CommandState.WAITING,
) -> int:
    """Ask for something, or note what is RUNNING already; `read_command` tells by the id how it went."""
    made = connection.execute(
        insert(commands).values(
            name=name,
            arguments=dict(arguments),
            state=state.value,
            created_at=datetime.now(UTC),
        )
    )
    assert made.inserted_primary_key is not None
    command_id: int = made.inserted_primary_key[0]
    return command_id


def claim_command(connection: Connection, names: Iterable[str]) -> Command | None:
    """Take the oldest waiting command with one of these names; no two processes get the same one."""
    row = connection.execute(
        select(commands)
        .where(commands.c.state == CommandState.WAITING.value, commands.c.name.in_(list(names)))
        .order_by(commands.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    connection.execute(
        update(commands).where(commands.c.id == row.id).values(state=CommandState.RUNNING.value)
    )
    return read_command(connection, row.id)


def finish_command(
    connection: Connection, command_id: int, result: Mapping[str, Any], *, failed: bool = False
) -> None:
    """Say what came of a claimed command."""
    state = CommandState.FAILED if failed else CommandState.DONE
    connection.execute(
        update(commands)
        .where(commands.c.id == command_id)
        .values(state=state.value, result=dict(result), finished_at=datetime.now(UTC))
    )


def read_command(connection: Connection, command_id: int) -> Command | None:
    """A command as it stands, or None when there is none of that id."""
    row = connection.execute(select(commands).where(commands.c.id == command_id)).one_or_none()
    return None if row is None else _command(row)


def _command(row: Row[Any]) -> Command:
    return Command(
        row.id,
        row.name,
        row.arguments,
        CommandState(row.state),
        row.result,
        row.created_at,
        row.finished_at,
    )
