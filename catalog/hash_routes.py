"""Hosts whose pages are told apart by fragments, as a browser found out: kept for the next run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select

from catalog.dialect import fitting, put
from catalog.learned_tables import hash_routes


@dataclass(frozen=True, slots=True)
class HashRoutesRecord:
    """Which fragments are pages of a host: ``#/…``, ``#!…``; `drops_id`: ``?id=…`` in one is a place."""

    slash: bool
    bang: bool
    drops_id: bool


def load_hash_routes(connection: Connection, connector_id: int) -> Mapping[str, HashRoutesRecord]:
    """What is known of a connector's hosts."""
    columns = hash_routes.c
    statement = select(columns.host, columns.slash, columns.bang, columns.drops_id).where(
        columns.connector_id == connector_id
    )
    return {host: HashRoutesRecord(*flags) for host, *flags in connection.execute(statement)}


def save_hash_routes(connection: Connection, connector_id: int, host: str, record: HashRoutesRecord) -> None:
    """Keep what was found out about a host, in place of what was known."""
    row = {"connector_id": connector_id, "host": fitting(host, hash_routes.c.host)} | asdict(record)
    put(connection, hash_routes, [row])
