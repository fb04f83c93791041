"""The one place that knows SQLite from PostgreSQL: ON CONFLICT, and texts longer than their column."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, String, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can be given `on_conflict_do_update` or `on_conflict_do_nothing`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def fitting(value: str, column: Column[Any]) -> str:
    """As much of what a stranger sent as the column holds: SQLite takes any text, PostgreSQL refuses it."""
    assert isinstance(column.type, String)
    return value[: column.type.length]
