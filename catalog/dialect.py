"""The one place that knows SQLite from PostgreSQL: conflicts, locks, and lengths of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Column, Connection, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

_BATCH: Final = 500  # values in one IN list


def insert_or(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can be given `on_conflict_do_update` or `on_conflict_do_nothing`."""
    return insert_into(connection.dialect.name, table)


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same by the name of the dialect: for a statement that is built once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert rows, which have the same columns, each in place of the former one of its primary key."""
    listed = list(rows)
    if not listed:
        return
    insert = insert_or(connection, table)
    key = [column.name for column in table.primary_key]
    replacement = {name: insert.excluded[name] for name in listed[0] if name not in key}
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=replacement), listed)


def fitting(value: str, column: Column[Any]) -> str:
    """As much of what a stranger sent as the column holds: SQLite takes any text, PostgreSQL refuses it."""
    assert isinstance(column.type, String)
    return value[: column.type.length]


def lock_in_order(connection: Connection, key: Column[str], values: Iterable[str]) -> None:
    """Lock the rows with these keys until the transaction ends, in the order of the keys.

    Whoever changes many rows at once does so in that order: else two of them could wait for each other in
    a circle, which PostgreSQL ends by failing one. On SQLite there is only one writer at a time.
    """
    if connection.dialect.name != "postgresql":
        return
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _BATCH):
        rows = select(key).where(key.in_(ordered[start : start + _BATCH])).order_by(key)
        connection.execute(rows.with_for_update(key_share=True))


def locked_at_once(connection: Connection, key: Column[str], values: Iterable[str]) -> list[str]:
    """Lock those rows that nobody else has locked, and return their keys: nobody is waited for, so that no
    order has to be kept."""
    ordered = sorted(set(values))
    if connection.dialect.name != "postgresql":
        return ordered
    free: list[str] = []
    for start in range(0, len(ordered), _BATCH):
        rows = select(key).where(key.in_(ordered[start : start + _BATCH]))
        free += connection.scalars(rows.with_for_update(key_share=True, skip_locked=True))
    return free
