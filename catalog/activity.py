"""Questions, clicks and feedback, written in the background to a database of their own: nobody waits."""

from __future__ import annotations

import hashlib
import logging
import queue
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Connection, delete, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from catalog.content import storable
from catalog.database import Catalog, make_folder, sqlite_engine
from catalog.errors import CatalogError
from catalog.query_log import (
    Asked,
    AskerKind,
    Clicked,
    Event,
    Judged,
    clicks,
    feedback,
    make_tables,
    normal_query,
    queries,
)

logger = logging.getLogger(__name__)

WAITING_EVENTS: Final = 10_000
"""How many events may wait to be written; while the disk cannot follow, later ones are dropped."""
FORGETTING_SECONDS: Final = 3_600.0
"""How often what is older than it may be is deleted."""

_BATCH: Final = 500
_GATHERING_SECONDS: Final = 0.2


class ActivityLog:
    """The activity database; `record` never waits, a thread of its own writes in batches.

    Of users only a hash is kept, made with a secret of the database, unless `keeps_users`. What is older than
    `keep` is forgotten.
    """

    def __init__(
        self, database: Catalog, secret: bytes, *, keeps_users: bool = False, keep: timedelta | None = None
    ) -> None:
        self._database: Final = database
        self._secret: Final = secret
        self._keeps_users: Final = keeps_users
        self._keep: Final = keep
        self._waiting: queue.Queue[Event | None] = queue.Queue(WAITING_EVENTS)
        self._dropped = 0
        self._forget_at = time.monotonic()
        self._thread = threading.Thread(target=self._write, name="activity", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, directory: Path, *, keeps_users: bool = False, keep: timedelta | None = None) -> Self:
        """Open `<directory>/activity.db`, made when absent; raises `CatalogError` as `open_catalog` does."""
        make_folder(directory)
        file = directory / "activity.db"
        database = Catalog(sqlite_engine(make_url("sqlite://").set(database=str(file))), directory)
        try:
            with database.write() as connection:
                secret = make_tables(connection, database.name, secrets.token_bytes(32))
        except BaseException:
            database.close()
            raise
        return cls(database, secret, keeps_users=keeps_users, keep=keep)

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
        asked = [self._query_row(event) for event in events if isinstance(event, Asked)]
        clicked = [_row(event) for event in events if isinstance(event, Clicked)]
        # A statement changes no row twice: of several judgements in a batch the last one counts.
        judged = {(event.query_id, event.document_id): event for event in events if isinstance(event, Judged)}
        with self._database.write() as connection:
            if asked:  # a query id that is there already is the same answer told twice
                connection.execute(sqlite.insert(queries).on_conflict_do_nothing(), asked)
            if clicked:
                connection.execute(sqlite.insert(clicks).on_conflict_do_nothing(), clicked)
            if judged:
                saying = sqlite.insert(feedback)
                latest = {"relevant": saying.excluded.relevant, "at": saying.excluded.at}
                replacing = saying.on_conflict_do_update(["query_id", "document_id"], set_=latest)
                connection.execute(replacing, list(map(_row, judged.values())))
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        if self._keep is None or time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + FORGETTING_SECONDS
        oldest = datetime.now(UTC) - self._keep
        for table, moment in (
            (queries, queries.c.asked_at),
            (clicks, clicks.c.at),
            (feedback, feedback.c.at),
        ):
            connection.execute(delete(table).where(moment < oldest))

    def _query_row(self, asked: Asked) -> Mapping[str, object]:
        asker = asked.asker
        row = _row(asked)
        del row["asker"]
        return {
            **row,
            "normal": storable(normal_query(asked.text)),
            "results": dict(asked.results),
            "kind": asker.kind,
            "caller": None if asker.name is None else self._hashed(asker.kind, asker.name),
            "user": asker.name if self._keeps_users and asker.kind is AskerKind.USER else None,
        }

    def _hashed(self, kind: AskerKind, name: str) -> str:
        message = f"{kind}:{name}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, digest_size=8, key=self._secret).hexdigest()


def _row(event: Event) -> dict[str, object]:
    row = asdict(event)
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}
