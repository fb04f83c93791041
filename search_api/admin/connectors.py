"""Connectors as `/v1/connectors` shows them: how each does, when it runs next, what is under way."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from catalog.commands import CommandState
from catalog.reports import ConnectorStatus, Health, connector_statuses
from catalog.scheduler import living_scheduler, sync_in_hand
from catalog.survey import Survey, latest_surveys
from search_api.admin.administration import UnknownThingError, sentence
from search_api.admin.runs import RunObject, run_object
from settings.configuration import Settings
from settings.connector import ConnectorSettings
from settings.cron_times import next_time
from settings.faults import UnknownConnectorError


class CommandInHand(BaseModel):
    """A sync that `crawler schedule` has in hand."""

    command: int
    state: CommandState


class Coverage(BaseModel):
    """What the sitemaps list, and what became of it, when a run last ended."""

    listed: int = Field(description="URLs that a sitemap led to, or gave a date for.")
    covered: int = Field(description="Those of them that are documents, or copies of one.")


class Freshness(BaseModel):
    """When the documents were visited last, as of when a run last ended."""

    oldest_visit: datetime | None
    median_visit: datetime | None


class ConnectorObject(BaseModel):
    """A connector at a glance."""

    name: str = Field(examples=["intranet"])
    configured: bool = Field(description="Else only its documents are left.")
    health: Health = Field(description="How it does, by its latest run.")
    documents: int
    waiting: int = Field(description="Documents that the indexes do not show yet.")
    last_run: RunObject | None
    coverage: Coverage | None = Field(description="Against its sitemaps; null: no sitemap lists anything.")
    freshness: Freshness | None = Field(description="Null until a run has ended.")
    mode: str | None = Field(description="Its `sync.mode`.")
    schedule: str | None = Field(description="Its `sync.schedule`.")
    next_run: datetime | None = Field(description="By its schedule; null: only when asked.")
    in_hand: CommandInHand | None = Field(description="The sync that waits for its turn or is under way.")


class SchedulerObject(BaseModel):
    """The process that carries out what is asked for."""

    host: str
    pid: int


class ConnectorList(BaseModel):
    """Every connector that is configured or has documents."""

    connectors: list[ConnectorObject]
    scheduler: SchedulerObject | None = Field(description="The running `crawler schedule`; null: none.")


def connector_list(connection: Connection, settings: Settings) -> ConnectorList:
    """All connectors, those of the configuration first."""
    known = connector_statuses(connection, count_chunks=False)
    configured = {each.name: each for each in settings.connectors}
    never_ran = {name: ConnectorStatus(name, 0, 0, 0, None) for name in configured}
    scheduler, surveys = living_scheduler(connection), latest_surveys(connection)
    return ConnectorList(
        connectors=[
            _connector(connection, each, configured.get(each.name), surveys.get(each.name))
            for each in (never_ran | known).values()
        ],
        scheduler=None if scheduler is None else SchedulerObject(host=scheduler.host, pid=scheduler.pid),
    )


def check_connector(settings: Settings, name: str) -> None:
    """Raise `UnknownThingError` for a connector that the configuration does not have."""
    try:
        settings.connector(name)
    except UnknownConnectorError as error:
        raise UnknownThingError(sentence(error)) from None


def _connector(
    connection: Connection,
    status: ConnectorStatus,
    configured: ConnectorSettings | None,
    seen: Survey | None,
) -> ConnectorObject:
    command = sync_in_hand(connection, status.name)
    run = status.last_run
    return ConnectorObject(
        name=status.name,
        configured=configured is not None,
        health=status.health,
        documents=status.documents,
        waiting=status.waiting,
        last_run=None if run is None else run_object(run, abandoned=status.abandoned),
        coverage=Coverage(listed=seen.listed, covered=seen.covered) if seen and seen.listed else None,
        freshness=Freshness(oldest_visit=seen.oldest_visit, median_visit=seen.median_visit) if seen else None,
        mode=None if configured is None else configured.sync.mode.value,
        schedule=None if configured is None else configured.sync.schedule,
        next_run=_next_run(configured),
        in_hand=None if command is None else CommandInHand(command=command.id, state=command.state),
    )


def _next_run(connector: ConnectorSettings | None) -> datetime | None:
    if connector is None or connector.sync.schedule is None:
        return None
    return next_time(connector.sync.schedule, connector.sync.timezone, datetime.now(UTC))
