"""What sitemaps and feeds say of URLs that the ledger holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, Connection, Update, func, select, update

from catalog.bulk import ManyRows
from catalog.tables import urls
from catalog.task import FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import Reason

_LASTMODS: Final = ManyRows([urls.c.key, urls.c.sitemap_lastmod])


def note_lastmods(connection: Connection, discoveries: Iterable[Discovery]) -> None:
    """Keep the `lastmod` of URLs that the ledger holds by now, the newest where several sitemaps differ."""
    newest: dict[bytes, datetime] = {}
    for item in discoveries:
        if item.lastmod is not None:
            newest[item.key] = max(item.lastmod, newest.get(item.key, item.lastmod))
    if newest:
        dialect = connection.dialect.name
        rows = [[key, _written(lastmod, dialect)] for key, lastmod in newest.items()]
        connection.execute(_noting(dialect), _LASTMODS.parameters(rows))


@cache
def _noting(dialect: str) -> Update:
    source = _LASTMODS.source(dialect)
    return update(urls).where(urls.c.key == source.c.key).values(sitemap_lastmod=source.c.sitemap_lastmod)


def _written(moment: datetime, dialect: str) -> str:
    """As the database writes moments itself: SQLite keeps no time zone."""
    zone = "" if dialect == "sqlite" else "+00"
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") + zone


def sitemap_troubles(
    connection: Connection, connector_id: int, run_id: int
) -> tuple[tuple[str, str, str | None], ...]:
    """The sitemaps of a run that could not be read: URL, reason, what was seen."""
    statement = (
        select(urls.c.url, urls.c.reason, urls.c.detail)
        .where(*_of_run(connector_id, run_id), urls.c.reason.is_not(None), urls.c.reason != Reason.SITEMAP)
        .order_by(urls.c.id)
    )
    return tuple((row.url, row.reason, row.detail) for row in connection.execute(statement))


def sitemaps_read(connection: Connection, connector_id: int, run_id: int) -> int:
    """How many sitemaps a run has read."""
    statement = select(func.count()).where(*_of_run(connector_id, run_id), urls.c.reason == Reason.SITEMAP)
    return connection.scalar(statement) or 0


def _of_run(connector_id: int, run_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        urls.c.connector_id == connector_id,
        urls.c.run_id == run_id,
        urls.c.found_by == FoundBy.SITEMAP_FILE,
    )
