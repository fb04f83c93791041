"""What an incremental run visits: which known URLs it queues at its start, and which of those it meets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, func, null, or_, select, update

from catalog.due import KnownPage, due, is_newer
from catalog.tables import documents, urls
from catalog.task import FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import UrlState

SMALLEST_HUB: Final = 10
"""URLs that were first found on a page that counts as a hub."""

HUBS_PER_URL: Final = 0.01
"""At most so many hubs for each URL of the connector, and at least `FEWEST_HUBS`: those with most."""

FEWEST_HUBS: Final = 20

_BATCH: Final = 500  # values in one IN list: below every engine's limit of bound variables
_PORTION: Final = 10_000

_HISTORY: Final = (
    urls.c.state,
    urls.c.found_by,
    urls.c.visits,
    urls.c.changes,
    urls.c.first_read_at,
    urls.c.fetched_at,
    urls.c.sitemap_lastmod,
)

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
    )


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
    `may_visit` says by (URL, depth, how it was found) whether the rules of today allow it. What was refused
    without a request waits until it is met again. It needs no memory beyond the ids of what is due.
    """
    found_on = hubs(connection, connector_id)
    chosen = [
        row.id
        for row in _not_met(connection, connector_id, run_id)
        if (_read_otherwise(row, mark) or due(known_page(row, is_hub=row.id in found_on), now).is_due)
        and may_visit(row.url, row.depth, FoundBy(row.found_by))
    ]
    again = {"reason": None, "rule": None, "detail": None, "attempts": 0, "redirects": null()}
    for batch in _batches(chosen):
        connection.execute(
            update(urls)
            .where(urls.c.id.in_(batch))
            .values(run_id=run_id, state=UrlState.QUEUED.value, **again)
        )
    return len(chosen)


def hubs(connection: Connection, connector_id: int) -> frozenset[int]:
    """The ids of the pages on which most others were first found."""
    of_connector = urls.c.connector_id == connector_id
    number = connection.scalar(select(func.count()).select_from(urls).where(of_connector)) or 0
    statement = (
        select(urls.c.referrer_id)
        .where(of_connector, urls.c.referrer_id.is_not(None), urls.c.found_by == FoundBy.LINK)
        .group_by(urls.c.referrer_id)
        .having(func.count() >= SMALLEST_HUB)
        .order_by(func.count().desc(), urls.c.referrer_id)
        .limit(max(FEWEST_HUBS, int(number * HUBS_PER_URL)))
    )
    return frozenset(connection.scalars(statement))


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


def _not_met(connection: Connection, connector_id: int, run_id: int) -> Iterator[AnyRow]:
    statement = (
        select(urls.c.id, urls.c.url, urls.c.depth, urls.c.read_by, urls.c.content_hash, *_HISTORY)
        .where(
            urls.c.connector_id == connector_id,
            urls.c.run_id < run_id,
            # Sitemaps are named by the configuration or by robots.txt, or they are met in one that is.
            urls.c.found_by != FoundBy.SITEMAP_FILE,
            or_(urls.c.state != UrlState.REFUSED, urls.c.fetched_at.is_not(None)),
        )
        .execution_options(yield_per=_PORTION)
    )
    return iter(connection.execute(statement))


def _read_otherwise(row: AnyRow, mark: bytes) -> bool:
    was_read = row.read_by is not None or row.content_hash is not None
    return was_read and row.read_by != mark


def _known(connection: Connection, keys: Sequence[bytes]) -> Mapping[bytes, AnyRow]:
    columns = (urls.c.key, urls.c.run_id, urls.c.fetched_at, urls.c.sitemap_lastmod)
    return {
        row.key: row
        for batch in _batches(keys)
        for row in connection.execute(select(*columns).where(urls.c.key.in_(batch)))
    }


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
