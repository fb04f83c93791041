"""What an incremental run visits: which known URLs it queues at its start, and which of those it meets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    func,
    not_,
    null,
    or_,
    select,
    update,
)

from catalog.bulk import ManyRows
from catalog.due import Due, KnownPage, due, is_newer
from catalog.due_rows import is_due
from catalog.hubs import has_hubs, note_hubs
from catalog.tables import documents, runs, urls
from catalog.task import FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import UrlState

_BATCH: Final = 500  # values in one IN list: below every engine's limit of bound variables
_PORTION: Final = 10_000

AnyRow = Row[*tuple[Any, ...]]
Item = TypeVar("Item")


def known_page(row: AnyRow, *, is_hub: bool = False) -> KnownPage:
    """The history in a row that has the columns of that name of `urls`."""
    return KnownPage(
        state=row.state,
        found_by=row.found_by,
        visits=row.visits,
        changes=row.changes,
        first_read_at=row.first_read_at,
        fetched_at=row.fetched_at,
        sitemap_lastmod=row.sitemap_lastmod,
        is_hub=is_hub,
        reason=row.reason,
    )


def next_visit(row: AnyRow, now: datetime, *, is_hub: bool, read_otherwise: bool = False) -> Due:
    """When an incremental run that begins `now` or later visits a URL of the ledger, and why.

    `read_otherwise` says that other rules have read it than those of today.
    """
    if row.found_by == FoundBy.SITEMAP_FILE:
        return Due(True, "every run reads the sitemaps that something still names")
    if row.state == UrlState.REFUSED and row.fetched_at is None:
        return Due(False, "it was refused without being asked for, and is judged anew when a run meets it")
    if read_otherwise:
        return Due(True, "other rules than those of today have read it")
    return due(known_page(row, is_hub=is_hub), now)


def queue_due(
    connection: Connection,
    connector_id: int,
    run_id: int,
    now: datetime,
    may_visit: Callable[[str, int, FoundBy], bool],
    *,
    mark: bytes,
) -> int:
    """Queue the known URLs that are due and that this run has not met; return how many.

    Due is also what other rules have read than those of `mark`: it is read again from its kept body.
    `may_visit` says by (URL, depth, how it was found) whether the rules of today allow it; what a run under
    the same settings has asked for is not judged again. What was refused without a request waits until it is
    met again. Whatever the size of the ledger, memory holds a portion of it.
    """
    if not has_hubs(connection, connector_id):
        note_hubs(connection, connector_id)
    dialect = connection.dialect.name
    known_by_these_settings = and_(urls.c.state != UrlState.REFUSED, urls.c.run_id.in_(_alike(run_id)))
    wanted = (
        urls.c.connector_id == connector_id,
        urls.c.run_id < run_id,
        # Sitemaps are named by the configuration or by robots.txt, or they are met in one that is.
        urls.c.found_by != FoundBy.SITEMAP_FILE,
        or_(urls.c.state != UrlState.REFUSED, urls.c.fetched_at.is_not(None)),
        or_(_read_otherwise(mark), is_due(now, dialect)),
    )
    of_run = {"of_run": run_id}
    # Most of them, as a rule: the rows never leave the database.
    queued = connection.execute(update(urls).where(known_by_these_settings, *wanted).values(_QUEUED), of_run)
    to_be_judged = (
        select(urls.c.id, urls.c.url, urls.c.depth, urls.c.found_by)
        .where(not_(known_by_these_settings), *wanted)
        .order_by(urls.c.id)
        .limit(_PORTION)
    )
    number, last = int(queued.rowcount), 0
    while rows := connection.execute(to_be_judged.where(urls.c.id > last)).all():
        ids = [[row.id] for row in rows if may_visit(row.url, row.depth, FoundBy(row.found_by))]
        connection.execute(_queueing(dialect), _IDS.parameters(ids) | of_run)
        number, last = number + len(ids), rows[-1].id
    return number


def _alike(run_id: int) -> Select[tuple[int]]:
    """The runs that had the settings of this one."""
    this, other = runs.alias(), runs.alias()
    return (
        select(other.c.id)
        .join(this, this.c.settings_hash == other.c.settings_hash)
        .where(this.c.id == run_id, other.c.connector_id == this.c.connector_id)
    )


_IDS: Final = ManyRows([urls.c.id])
_QUEUED: Final[dict[str, Any]] = {
    "run_id": bindparam("of_run", type_=Integer),
    "state": UrlState.QUEUED.value,
    "reason": None,
    "rule": None,
    "detail": None,
    "attempts": 0,
    "redirects": null(),
}


@cache
def _queueing(dialect: str) -> Update:
    ids = _IDS.source(dialect)
    return update(urls).where(urls.c.id == ids.c.id).values(_QUEUED)


def worth_a_visit(connection: Connection, run_id: int, found: Sequence[Discovery]) -> tuple[Discovery, ...]:
    """Of URLs that an incremental run met: the new ones, those never asked for, and those that a sitemap says
    something new of. What else is due was queued at the start of the run."""
    known = _known(connection, [item.key for item in found])

    def is_worth(item: Discovery) -> bool:
        row = known.get(item.key)
        if row is None or row.fetched_at is None or item.found_by is FoundBy.SITEMAP_FILE:
            return True
        if row.run_id >= run_id or item.lastmod is None:
            return False
        return is_newer(item.lastmod, row.sitemap_lastmod, row.fetched_at)

    return tuple(item for item in found if is_worth(item))


def unknown(connection: Connection, found: Sequence[Discovery]) -> tuple[Discovery, ...]:
    """Those URLs that have no row: an incremental run does not judge the others anew."""
    known = _known(connection, [item.key for item in found])
    return tuple(item for item in found if item.key not in known)


def skipped(connection: Connection, connector_id: int, run_id: int) -> int:
    """How many living documents a run has left unvisited."""
    statement = (
        select(func.count())
        .select_from(documents)
        .join(urls, urls.c.id == documents.c.url_id)
        .where(
            documents.c.connector_id == connector_id,
            documents.c.deleted_at.is_(None),
            urls.c.run_id != run_id,
        )
    )
    return connection.scalar(statement) or 0


def is_read_otherwise(row: AnyRow, mark: bytes) -> bool:
    """Whether what is kept of a URL was read by other rules than those of `mark`."""
    was_read = row.read_by is not None or row.content_hash is not None
    return was_read and row.read_by != mark


def _read_otherwise(mark: bytes) -> ColumnElement[bool]:
    was_read = or_(urls.c.read_by.is_not(None), urls.c.content_hash.is_not(None))
    return and_(was_read, or_(urls.c.read_by.is_(None), urls.c.read_by != mark))


def _known(connection: Connection, keys: Sequence[bytes]) -> Mapping[bytes, AnyRow]:
    columns = (urls.c.key, urls.c.run_id, urls.c.fetched_at, urls.c.sitemap_lastmod)
    return {
        row.key: row
        for batch in _batches(keys)
        for row in connection.execute(select(*columns).where(urls.c.key.in_(batch)))
    }


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
