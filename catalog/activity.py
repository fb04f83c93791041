"""What people ask and click: a database of its own, written in the background so that no reader waits."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    make_url,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from catalog.columns import Moment
from catalog.content import storable
from catalog.database import Catalog, make_folder, sqlite_engine
from catalog.errors import CatalogError

logger = logging.getLogger(__name__)

SCHEMA: Final = 1
"""The version of these tables, kept in the file's `user_version`."""

WAITING_EVENTS: Final = 10_000
"""How many events may wait to be written; while the disk cannot follow, later ones are dropped."""

_BATCH: Final = 500
_GATHERING_SECONDS: Final = 0.2

metadata: Final = MetaData()

queries: Final = Table(
    "queries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("asked_at", Moment(), nullable=False, index=True),
    Column("caller", Text),  # the user's name; null: nobody signed in
    Column("text", Text, nullable=False),
    Column("filter", JSON),
    Column("total", Integer, nullable=False),
    Column("took_ms", Float, nullable=False),
    Column("results", JSON, nullable=False),  # the ids of the documents shown, best first
)

clicks: Final = Table(
    "clicks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query_id", String(32), nullable=False, index=True),
    Column("document_id", String(32), nullable=False),
    Column("at", Moment(), nullable=False),
)

feedback: Final = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query_id", String(32), nullable=False, index=True),
    Column("document_id", String(32), nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("at", Moment(), nullable=False),
    Index("ix_feedback_document_id", "document_id"),
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query was answered; `id` is the `query_id` that clicks and feedback name."""

    id: str
    text: str
    total: int
    took_ms: float
    results: Sequence[str]
    caller: str | None = None
    filter: object = None
    asked_at: datetime = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class Clicked:
    """Someone opened a result."""

    query_id: str
    document_id: str
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class Judged:
    """Someone said whether a result was relevant."""

    query_id: str
    document_id: str
    relevant: bool
    at: datetime = field(default_factory=_now)


Event = Asked | Clicked | Judged

_TABLES: Final = {Asked: queries, Clicked: clicks, Judged: feedback}


class ActivityLog:
    """The activity database; `record` never waits, a thread of its own writes in batches."""

    def __init__(self, database: Catalog) -> None:
        self._database = database
        self._waiting: queue.Queue[Event | None] = queue.Queue(WAITING_EVENTS)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="activity", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open `<directory>/activity.db`, made when absent; raises `CatalogError` as `open_catalog` does."""
        make_folder(directory)
        file = directory / "activity.db"
        database = Catalog(sqlite_engine(make_url("sqlite://").set(database=str(file))), directory)
        try:
            with database.write() as connection:
                _make_tables(connection, database.name)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @property
    def dropped(self) -> int:
        """How many events were lost because the disk could not follow."""
        return self._dropped

    def record(self, event: Event) -> None:
        """Note something; it can be read a moment later."""
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            self._dropped += 1

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading `queries`, `clicks` and `feedback`."""
        with self._database.read() as connection:
            yield connection

    def flush(self) -> None:
        """Wait until everything recorded so far is written."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits and close the database."""
        self._waiting.put(None)
        self._thread.join()
        self._database.close()

    def _write(self) -> None:
        while True:
            batch = self._gather()
            events = [event for event in batch if event is not None]
            try:
                self._save(events)
            except (CatalogError, SQLAlchemyError) as error:
                self._dropped += len(events)
                logger.warning("%d search events were lost: %s", len(events), error)
            for _ in batch:
                self._waiting.task_done()
            if batch[-1] is None:
                return

    def _gather(self) -> list[Event | None]:
        """At least one event, and those that follow within a moment; None, the last one ever, ends it."""
        batch = [self._waiting.get()]
        deadline = time.monotonic() + _GATHERING_SECONDS
        while batch[-1] is not None and len(batch) < _BATCH:
            try:
                batch.append(self._waiting.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return batch

    def _save(self, events: Sequence[Event]) -> None:
        with self._database.write() as connection:
            for kind, table in _TABLES.items():
                rows = [_row(event) for event in events if isinstance(event, kind)]
                if rows:
                    # A query id that is there already is the same answer told twice.
                    connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)


def _row(event: Event) -> dict[str, object]:
    row = asdict(event)
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}


def _make_tables(connection: Connection, name: str) -> None:
    version = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > SCHEMA:
        raise CatalogError(
            f"the activity database {name} was written by a newer Sitelore (its schema is {version}, this "
            f"program knows {SCHEMA}): upgrade Sitelore, or move the file away"
        )
    if version < SCHEMA:
        metadata.create_all(connection)
        connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))
