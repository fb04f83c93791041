"""Which documents the indexes show with new content, since somebody watches: a queue that no kill loses.

A row is kept for each document once it was compared with the saved searches, so that content that is
embedded or indexed again is not taken for new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, literal, select, update

from catalog.alert_tables import published_changes, saved_searches
from catalog.dialect import insert_or
from catalog.tables import documents


@dataclass(frozen=True, slots=True)
class Change:
    """A document that appeared, or whose content changed, and can be found now."""

    document_id: str
    url: str
    changed_at: datetime
    is_new: bool


def note_published(connection: Connection, document_ids: Sequence[str]) -> None:
    """Queue those of these documents whose present content was not seen before; nothing while nobody watches.

    Called in the transaction that notes them as indexed.
    """
    if connection.scalar(select(exists(select(saved_searches.c.id)))) is not True:
        return
    shown = select(documents.c.id, documents.c.changed_at, literal(True)).where(
        documents.c.id.in_(document_ids), documents.c.deleted_at.is_(None), documents.c.pending.is_(False)
    )
    statement = insert_or(connection, published_changes).from_select(
        ["document_id", "changed_at", "waits"], shown
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[published_changes.c.document_id],
            set_={"changed_at": statement.excluded.changed_at, "waits": True},
            where=published_changes.c.changed_at != statement.excluded.changed_at,
        )
    )


def waiting_changes(connection: Connection, limit: int) -> list[Change]:
    """Up to `limit` that were not compared yet; what was deleted meanwhile is forgotten."""
    queued = published_changes.c.waits
    gone = select(documents.c.id).where(
        documents.c.id == published_changes.c.document_id, documents.c.deleted_at.is_(None)
    )
    connection.execute(delete(published_changes).where(queued, ~exists(gone)))
    statement = (
        select(
            documents.c.id, documents.c.url, published_changes.c.changed_at,
            (documents.c.created_at == documents.c.changed_at).label("is_new"),
        )
        .join(published_changes, published_changes.c.document_id == documents.c.id)
        .where(queued)
        .order_by(published_changes.c.changed_at, documents.c.id)
        .limit(limit)
    )  # fmt: skip
    return [
        Change(row.id, row.url, row.changed_at, bool(row.is_new)) for row in connection.execute(statement)
    ]


def are_waiting(connection: Connection) -> bool:
    """Whether there is something to compare."""
    return connection.scalar(select(exists().where(published_changes.c.waits))) is True


def settle_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """They were compared; one that changed again meanwhile goes on waiting."""
    for change in changes:
        connection.execute(
            update(published_changes)
            .where(
                published_changes.c.document_id == change.document_id,
                published_changes.c.changed_at == change.changed_at,
            )
            .values(waits=False)
        )
