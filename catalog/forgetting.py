"""Removing all that a connector left, a portion at a time, so that other connectors go on meanwhile.

Order makes it safe to be killed and called again: documents are marked as deleted first, which hides them
from every search at once; their rows go only when the indexes have let go of them; the connector's own row
goes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, delete, exists, func, select

from catalog.alert_tables import published_changes
from catalog.database import Catalog
from catalog.deletion import delete_documents
from catalog.learned_tables import boilerplate, hash_routes, rendering, url_traps, url_variants
from catalog.lease import hold_run
from catalog.runs import begin_run
from catalog.tables import (
    access_lists,
    bodies,
    chunks,
    connectors,
    document_versions,
    documents,
    hubs,
    page_links,
    page_sources,
    refused_links,
    runs,
    sessions,
    urls,
)
from catalog.vocabulary import NOBODY, PUBLIC, RunMode, RunState

PORTION: Final = 500
"""Documents, or URLs, that one transaction removes: a fraction of a second for those who wait to write."""

OF_DOCUMENTS: Final[tuple[Column[Any], ...]] = (
    chunks.c.document_id,
    document_versions.c.document_id,
    published_changes.c.document_id,
)
"""What names a document goes with it."""
OF_URLS: Final[tuple[Column[Any], ...]] = (page_links.c.url_id, page_sources.c.url_id)
"""What names a URL goes with it."""
OF_CONNECTORS: Final[tuple[Table, ...]] = (
    refused_links,
    rendering,
    boilerplate,
    hash_routes,
    url_variants,
    url_traps,
    hubs,
    sessions,
    runs,
)
"""The rest of what names a connector."""

_FORGETTING: Final = "forget"  # stands for the settings of the run that keeps syncs away


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a connector left: living `documents`, `deleted` ones whose versions are kept, and the rest.

    `body_bytes` is compressed; a body that another connector's page needs too stays.
    """

    documents: int
    deleted: int
    chunks: int
    urls: int
    runs: int
    sessions: int
    body_bytes: int


def footprint(connection: Connection, connector_id: int) -> Footprint:
    """Count what a connector left."""
    mine = documents.c.connector_id == connector_id
    living = documents.c.deleted_at.is_(None)
    kept = select(urls.c.body_hash).where(urls.c.connector_id == connector_id, urls.c.body_hash.is_not(None))
    return Footprint(
        documents=_count(connection, documents, mine, living),
        deleted=_count(connection, documents, mine, ~living),
        chunks=_count(connection, chunks.join(documents, documents.c.id == chunks.c.document_id), mine),
        urls=_count(connection, urls, urls.c.connector_id == connector_id),
        runs=_count(connection, runs, runs.c.connector_id == connector_id),
        sessions=_count(connection, sessions, sessions.c.connector_id == connector_id),
        body_bytes=int(
            connection.scalar(
                select(func.coalesce(func.sum(bodies.c.length), 0)).where(bodies.c.hash.in_(kept))
            )
            or 0
        ),
    )


def _count(connection: Connection, table: Any, *conditions: Any) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def hold_for_forgetting(connection: Connection, connector_id: int) -> int:
    """Keep syncs away from a connector; the number of the run that does.

    Raises `RunHeld` while a sync has it.
    """
    return begin_run(connection, connector_id, RunMode.FULL, _FORGETTING).id


def hide_documents(catalog: Catalog, connector_id: int, run_id: int, now: datetime) -> int:
    """Mark every document as deleted, so that no search finds it any more; return how many were living."""
    hidden = 0
    living = documents.c.connector_id == connector_id, documents.c.deleted_at.is_(None)
    while True:
        with catalog.write() as connection:
            hold_run(connection, run_id)
            ids = connection.scalars(select(documents.c.id).where(*living).limit(PORTION)).all()
            delete_documents(connection, ids, now)
        if not ids:
            return hidden
        hidden += len(ids)


def remove_rows(catalog: Catalog, connector_id: int, run_id: int) -> None:
    """Remove every row of a connector whose documents the indexes show no more."""
    _remove_in_portions(catalog, run_id, documents, connector_id, OF_DOCUMENTS)
    _remove_in_portions(catalog, run_id, urls, connector_id, OF_URLS)
    with catalog.write() as connection:
        hold_run(connection, run_id)
        for table in OF_CONNECTORS:
            connection.execute(delete(table).where(table.c.connector_id == connector_id))
        connection.execute(delete(connectors).where(connectors.c.id == connector_id))
        _remove_access_lists(connection)


def _remove_in_portions(
    catalog: Catalog, run_id: int, table: Table, connector_id: int, dependent: Sequence[Column[Any]]
) -> None:
    last: Any = None
    while True:
        with catalog.write() as connection:
            hold_run(connection, run_id)
            mine = select(table.c.id).where(table.c.connector_id == connector_id).order_by(table.c.id)
            if last is not None:
                mine = mine.where(table.c.id > last)
            ids = connection.scalars(mine.limit(PORTION)).all()
            if not ids:
                return
            for column in dependent:
                connection.execute(delete(column.table).where(column.in_(ids)))
            connection.execute(delete(table).where(table.c.id.in_(ids)))
        last = ids[-1]


def _remove_access_lists(connection: Connection) -> None:
    """Remove lists that no document has, unless a sync is under way, which may be about to give it one.

    The highest stays, so that SQLite gives no number a second time: readers know lists by their number.
    """
    if _count(connection, runs, runs.c.state == RunState.RUNNING.value):
        return
    highest = connection.scalar(select(func.max(access_lists.c.id)))
    used = exists().where(documents.c.access_id == access_lists.c.id)
    connection.execute(
        delete(access_lists).where(access_lists.c.id.not_in([NOBODY, PUBLIC, highest or 0]), ~used)
    )
