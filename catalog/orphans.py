"""Documents that answer but that no page leads to any more: counted run by run, and deleted if wished."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, select, update

from catalog.tables import documents, urls
from catalog.task import FoundBy
from catalog.vocabulary import Reason, UrlState

_ANSWERED: Final = (UrlState.INDEXED, UrlState.UNCHANGED)


def count_orphans(connection: Connection, connector_id: int, run_id: int) -> int:
    """Note at the end of a complete full run which URLs are orphans once more; return how many there are.

    A URL that a page leads to again begins at none. One that was asked for and came to nothing stays where
    it was: nobody knows.
    """
    of_run = and_(urls.c.connector_id == connector_id, urls.c.run_id == run_id)
    linked = and_(of_run, urls.c.unlinked_runs > 0, urls.c.found_by != FoundBy.ORPHAN)
    connection.execute(update(urls).where(linked).values(unlinked_runs=0))
    once_more = update(urls).where(_orphans(connector_id, run_id))
    return connection.execute(once_more.values(unlinked_runs=urls.c.unlinked_runs + 1)).rowcount


def orphaned_for(connection: Connection, connector_id: int, run_id: int, runs: int) -> tuple[str, ...]:
    """The living documents that this run and those before it, `runs` in a row, found to be orphans."""
    statement = (
        select(documents.c.id)
        .join(urls, urls.c.id == documents.c.url_id)
        .where(
            documents.c.deleted_at.is_(None),
            _orphans(connector_id, run_id),
            urls.c.unlinked_runs >= runs,
        )
        .order_by(documents.c.id)
    )
    return tuple(connection.scalars(statement))


def _orphans(connector_id: int, run_id: int) -> ColumnElement[bool]:
    return and_(
        urls.c.connector_id == connector_id,
        urls.c.run_id == run_id,
        urls.c.reason == Reason.NOT_LINKED_ANY_MORE,
        urls.c.state.in_(_ANSWERED),
    )
