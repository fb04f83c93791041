"""Which documents may go, on what evidence, and the guard that stops a run from deleting too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, or_, select, update

from catalog.ledger import requeue
from catalog.tables import documents, urls
from catalog.task import FoundBy
from catalog.vocabulary import Reason, UrlState

SMALLEST_GUARDED: Final = 10
"""Fewer deletions than this are never held back, whatever their share."""

# What a visit of this run said that ends a document. A refused login, a failure or a redirect to nowhere is
# no evidence: those keep it.
_EVIDENCE: Final = (
    Reason.NOINDEX,
    Reason.OUT_OF_SCOPE,
    Reason.TOO_DEEP,
    Reason.ROBOTS_DISALLOWED,
    Reason.EXCLUDED_BY_CRAWL_FILTER,
    Reason.NOT_INCLUDED_BY_CRAWL_FILTER,
    Reason.EXCLUDED_BY_INDEX_FILTER,
    Reason.NOT_INCLUDED_BY_INDEX_FILTER,
    Reason.EXCLUDED_BY_FILE_FILTER,
    Reason.NOT_INCLUDED_BY_FILE_FILTER,
    Reason.FILE_TYPE_NOT_WANTED,
    Reason.ATTACHMENTS_OFF,
)


@dataclass(frozen=True, slots=True)
class Deletions:
    """What a run deleted, or would have deleted had the guard let it."""

    deleted: int = 0
    protected: int = 0


def is_protected(to_delete: int, scanned: int, guard: float) -> bool:
    """Whether so many deletions are suspicious: more than `guard` (0..1) of scanned + to be deleted."""
    if to_delete < SMALLEST_GUARDED:
        return False
    return to_delete / (scanned + to_delete) > guard


def condemned(connection: Connection, connector_id: int, run_id: int) -> tuple[str, ...]:
    """The living documents whose URL this run found gone, excluded, or replaced by another living one."""
    target = documents.alias("target")
    replaced = exists().where(
        target.c.id == urls.c.document_id, target.c.id != documents.c.id, target.c.deleted_at.is_(None)
    )
    statement = (
        select(documents.c.id)
        .join(urls, urls.c.id == documents.c.url_id)
        .where(
            documents.c.connector_id == connector_id,
            documents.c.deleted_at.is_(None),
            urls.c.run_id == run_id,
            or_(
                urls.c.state == UrlState.GONE,
                (urls.c.state == UrlState.REFUSED) & urls.c.reason.in_(_EVIDENCE),
                urls.c.state.in_((UrlState.DUPLICATE, UrlState.REDIRECT)) & replaced,
            ),
        )
    )
    return tuple(connection.scalars(statement))


def ask_about_unmet(connection: Connection, connector_id: int, run_id: int) -> int:
    """Queue the URLs of living documents that this run did not meet at all; return how many."""
    unmet = (
        select(documents.c.url_id)
        .join(urls, urls.c.id == documents.c.url_id)
        .where(
            documents.c.connector_id == connector_id,
            documents.c.deleted_at.is_(None),
            urls.c.run_id < run_id,
        )
    )
    return requeue(connection, run_id, unmet, FoundBy.ORPHAN)


def reconsider_copies(connection: Connection, connector_id: int, run_id: int) -> int:
    """Queue the URLs that this run took for copies of a document that does not (or no longer) live.

    A canonical link or a former original is checked, not trusted: without its target the copy is judged
    on its own.
    """
    living = exists().where(documents.c.id == urls.c.document_id, documents.c.deleted_at.is_(None))
    copies = select(urls.c.id).where(
        urls.c.connector_id == connector_id,
        urls.c.run_id == run_id,
        urls.c.state == UrlState.DUPLICATE,
        urls.c.found_by != FoundBy.COPY,
        ~living,
    )
    return requeue(connection, run_id, copies, FoundBy.COPY)


def delete_documents(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Mark documents as deleted; the indexer takes them out, and their versions stay."""
    for start in range(0, len(ids), 500):
        batch = ids[start : start + 500]
        connection.execute(
            update(documents)
            .where(documents.c.id.in_(batch))
            .values(deleted_at=now, pending=True, version=documents.c.version + 1)
        )
        connection.execute(update(urls).where(urls.c.document_id.in_(batch)).values(document_id=None))
