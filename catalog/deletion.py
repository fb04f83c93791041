"""Which documents may go, on what evidence, and the guard that stops a run from deleting too many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, and_, or_, select, update

from catalog.dialect import lock_in_order
from catalog.evidence import LEADS_ELSEWHERE, ended, stands
from catalog.ledger import requeue
from catalog.tables import documents, urls
from catalog.task import FoundBy
from catalog.vocabulary import Reason, UrlState

SMALLEST_GUARDED: Final = 10
"""Fewer deletions than this are never held back, whatever their share."""

LONGEST_WAY: Final = 10
"""Redirects and copies in a row that are followed to the document which replaces another."""

_BATCH: Final = 500  # ids in one IN list: below every engine's limit of bound variables

# Refused before any request, and not for good: whether its document is still there has to be asked.
_NOT_ASKED: Final = (Reason.NOFOLLOW, Reason.TOO_MANY_LINKS)


def is_protected(to_delete: int, scanned: int, guard: float) -> bool:
    """Whether so many deletions are suspicious: more than `guard` (0..1) of scanned + to be deleted."""
    if to_delete < SMALLEST_GUARDED:
        return False
    return to_delete / (scanned + to_delete) > guard


def gone(
    connection: Connection, connector_id: int, run_id: int, *, but_on: Collection[str] = ()
) -> tuple[str, ...]:
    """The living documents whose URL answered this run with a 404 or 410, but for those on some hosts."""
    living = _living(connector_id).where(urls.c.run_id == run_id, urls.c.state == UrlState.GONE)
    return tuple(row.id for row in connection.execute(living) if row.host not in but_on)


def condemned(connection: Connection, connector_id: int, run_id: int) -> tuple[str, ...]:
    """The living documents whose URL this run found gone, excluded, or replaced by another that stands."""
    living = _living(connector_id)
    doomed = [row.id for row in connection.execute(living.where(ended(urls, run_id)))]
    moved = living.where(
        urls.c.run_id == run_id,
        urls.c.state.in_(LEADS_ELSEWHERE),
        urls.c.document_id.is_not(None),
        urls.c.document_id != documents.c.id,
    )
    leading = {row.id: row.document_id for row in connection.execute(moved)}
    return (*doomed, *_replaced(connection, run_id, leading))


def _living(connector_id: int) -> Select[tuple[str, str | None, str]]:
    return (
        select(documents.c.id, urls.c.document_id, urls.c.host)
        .join(urls, urls.c.id == documents.c.url_id)
        .where(documents.c.connector_id == connector_id, documents.c.deleted_at.is_(None))
        .order_by(documents.c.id)
    )


def _replaced(connection: Connection, run_id: int, leading: Mapping[str, str]) -> Iterator[str]:
    """Those documents whose URL leads, over redirects and copies, to a document that stands.

    `leading` has the id of the document at the URL which a document's own URL leads to.
    """
    on_the_way = dict(leading)
    for _ in range(LONGEST_WAY):
        targets = sorted(set(on_the_way.values()))
        standing, further = set[str](), dict[str, str]()
        for start in range(0, len(targets), _BATCH):
            batch = targets[start : start + _BATCH]
            found = select(documents.c.id).where(documents.c.id.in_(batch), stands(documents, run_id))
            standing.update(connection.scalars(found))
            further |= next_steps(connection, run_id, batch)
        yield from (name for name, target in on_the_way.items() if target in standing)
        on_the_way = {
            name: further[target]
            for name, target in on_the_way.items()
            if target not in standing and target in further and further[target] != name
        }
        if not on_the_way:
            return


def next_steps(connection: Connection, run_id: int, targets: Sequence[str]) -> dict[str, str]:
    """Where the URLs of these ids (there may be no document of that id) lead on to in this run."""
    onward = select(urls.c.key, urls.c.document_id).where(
        urls.c.key.in_([bytes.fromhex(target) for target in targets]),
        urls.c.run_id == run_id,
        urls.c.state.in_(LEADS_ELSEWHERE),
        urls.c.document_id.is_not(None),
    )
    return {row.key.hex(): row.document_id for row in connection.execute(onward)}


def ask_about_unmet(connection: Connection, connector_id: int, run_id: int) -> int:
    """Queue the URLs of living documents that this run did not visit; return how many.

    That is those it did not meet at all, and those it met only in ways that are not to be followed.
    """
    not_asked = and_(urls.c.state == UrlState.REFUSED, urls.c.reason.in_(_NOT_ASKED))
    unmet = (
        select(documents.c.url_id)
        .join(urls, urls.c.id == documents.c.url_id)
        .where(
            documents.c.connector_id == connector_id,
            documents.c.deleted_at.is_(None),
            or_(urls.c.run_id < run_id, not_asked),
        )
    )
    return requeue(connection, run_id, unmet, FoundBy.ORPHAN)


def delete_documents(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Mark documents as deleted; the indexer takes them out, and their versions stay."""
    lock_in_order(connection, documents.c.id, ids)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        connection.execute(
            update(documents)
            .where(documents.c.id.in_(batch))
            .values(deleted_at=now, pending=True, version=documents.c.version + 1)
        )
        connection.execute(update(urls).where(urls.c.document_id.in_(batch)).values(document_id=None))
