"""What still has to be told to webhooks, until it was taken or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from catalog.alert_tables import alerts


@dataclass(frozen=True, slots=True)
class Alert:
    """Documents that match a saved search newly; `tries` counts the calls that failed."""

    id: int
    search_id: str
    documents: Sequence[Mapping[str, Any]]
    created_at: datetime
    tries: int


def put_alert(
    connection: Connection, search_id: str, documents: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Have something told from now on."""
    row = {"search_id": search_id, "documents": [dict(document) for document in documents]}
    connection.execute(insert(alerts).values(created_at=now, tries=0, next_try_at=now, **row))


def due_alerts(connection: Connection, now: datetime, limit: int) -> list[Alert]:
    """Up to `limit` that are to be told now, the oldest first."""
    statement = select(alerts).where(alerts.c.next_try_at <= now).order_by(alerts.c.id).limit(limit)
    return [
        Alert(row.id, row.search_id, row.documents, row.created_at, row.tries)
        for row in connection.execute(statement)
    ]


def are_due(connection: Connection, now: datetime) -> bool:
    """Whether there is something to tell."""
    return connection.scalar(select(exists().where(alerts.c.next_try_at <= now))) is True


def waiting_of(connection: Connection, search_id: str) -> int:
    """How many messages of one search still have to be told."""
    mine = select(func.count()).select_from(alerts).where(alerts.c.search_id == search_id)
    return connection.scalar(mine) or 0


def settle_alert(connection: Connection, alert_id: int) -> None:
    """It was told, or there is nothing of it left to be told."""
    connection.execute(delete(alerts).where(alerts.c.id == alert_id))


def put_off(connection: Connection, alert_id: int, next_try_at: datetime) -> None:
    """It was not taken: try again then."""
    connection.execute(
        update(alerts)
        .where(alerts.c.id == alert_id)
        .values(tries=alerts.c.tries + 1, next_try_at=next_try_at)
    )
