"""Connectors by name: each has a number that the other tables carry."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from catalog.dialect import insert_or
from catalog.tables import connectors


def connector_id(connection: Connection, name: str) -> int:
    """The number of a connector, made when the name is new; needs a connection for writing."""
    known = find_connector(connection, name)
    if known is not None:
        return known
    connection.execute(
        insert_or(connection, connectors).on_conflict_do_nothing(index_elements=[connectors.c.name]),
        {"name": name, "created_at": datetime.now(UTC)},
    )
    made = find_connector(connection, name)
    assert made is not None
    return made


def find_connector(connection: Connection, name: str) -> int | None:
    """The number of a connector, or None when it never ran."""
    number: int | None = connection.scalar(select(connectors.c.id).where(connectors.c.name == name))
    return number


def connector_names(connection: Connection) -> dict[int, str]:
    """Every connector that ever ran, by number."""
    rows = connection.execute(select(connectors.c.id, connectors.c.name).order_by(connectors.c.name))
    return {row.id: row.name for row in rows}
