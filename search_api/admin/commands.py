"""What a running `crawler schedule` is asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from catalog.commands import CommandState, read_command
from catalog.scheduler import COMMANDS, STOP, SYNC, NoSchedulerError, ask_scheduler, sync_in_hand, who_syncs
from search_api.admin.administration import Administration, ConflictError, UnknownThingError, sentence
from search_api.admin.connectors import check_connector
from search_api.admin.examples import URL


class Accepted(BaseModel):
    """A command that `crawler schedule` will carry out."""

    command: int = Field(description="Its number.", examples=[17])
    href: str = Field(description="Where to look how it goes.", examples=["/v1/commands/17"])


class CommandAnswer(BaseModel):
    """A command, and what came of it."""

    command: int = Field(examples=[17])
    name: str = Field(examples=[SYNC])
    arguments: dict[str, Any] = Field(examples=[{"connector": "intranet", "mode": "full"}])
    state: CommandState
    result: dict[str, Any] | None = Field(
        description="Of a sync its `run`, of a question the `answer`, and `error` where it failed."
    )
    created_at: datetime
    finished_at: datetime | None


class SyncRequest(BaseModel, extra="forbid"):
    """How to synchronise."""

    mode: Literal["full", "incremental", "forced"] | None = Field(
        None, description="Default: the connector's `sync.mode`."
    )


class PlanRequest(BaseModel, extra="forbid"):
    """What to plan from."""

    sample: int | None = Field(
        None, ge=1, le=1_000, description="Crawl so many pages, and keep nothing. Default: the ledger."
    )
    rules: dict[str, Any] | None = Field(
        None,
        description="Other `scope`, `filters`, `access`, `attachments` to be tried, as under the connector.",
        examples=[{"filters": {"crawl": {"exclude": ["/archive/"]}}}],
    )


class UrlRequest(BaseModel, extra="forbid"):
    """A page."""

    url: str = Field(min_length=1, max_length=2_048, examples=[URL])


def ask(administration: Administration, name: str, arguments: Mapping[str, Any]) -> Accepted:
    """Have the scheduler do something; raises `ConflictError` where nobody would."""
    with administration.catalog.write() as connection:
        return _ask(connection, name, arguments)


def ask_sync(administration: Administration, connector: str, wanted: SyncRequest) -> Accepted:
    """Have a connector synchronised; raises `ConflictError` where that is under way already."""
    with administration.catalog.write() as connection:
        check_connector(administration.settings, connector)
        if sync_in_hand(connection, connector) is not None:
            raise ConflictError(f"A sync of {connector} is under way already, or waits for its turn.")
        if (held := who_syncs(connection, connector)) is not None:
            raise ConflictError(sentence(held))
        mode = {} if wanted.mode is None else {"mode": wanted.mode}
        return _ask(connection, SYNC, {"connector": connector, **mode})


def ask_stop(administration: Administration, connector: str) -> Accepted:
    """Have the sync of a connector stopped; raises `ConflictError` where none is under way."""
    with administration.catalog.write() as connection:
        check_connector(administration.settings, connector)
        accepted = _ask(connection, STOP, {"connector": connector})
        if sync_in_hand(connection, connector) is None:
            held = who_syncs(connection, connector)
            elsewhere = "" if held is None else f" {sentence(held)}"
            raise ConflictError(f"`crawler schedule` has no sync of {connector} in hand.{elsewhere}")
        return accepted


def ask_plan(administration: Administration, connector: str, wanted: PlanRequest) -> Accepted:
    """Have a dry run of a connector made."""
    with administration.catalog.write() as connection:
        check_connector(administration.settings, connector)
        return _ask(connection, "plan", {"connector": connector} | wanted.model_dump(exclude_none=True))


def read(administration: Administration, number: int) -> CommandAnswer:
    """A command as it stands; raises `UnknownThingError`."""
    with administration.catalog.read() as connection:
        found = read_command(connection, number)
    if found is None or found.name not in COMMANDS:
        raise UnknownThingError(f"There is no command {number}; finished ones are kept for seven days.")
    return CommandAnswer(
        command=found.id,
        name=found.name,
        arguments=dict(found.arguments),
        state=found.state,
        result=None if found.result is None else dict(found.result),
        created_at=found.created_at,
        finished_at=found.finished_at,
    )


def _ask(connection: Connection, name: str, arguments: Mapping[str, Any]) -> Accepted:
    try:
        number = ask_scheduler(connection, name, arguments)
    except NoSchedulerError as error:
        raise ConflictError(sentence(error)) from None
    return Accepted(command=number, href=f"/v1/commands/{number}")
