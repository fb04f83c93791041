"""Every URL that a connector ever met, streamed with what is needed to judge it by other rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, select

from catalog.redirected_seeds import IS_REDIRECT_OF_DEPTH_0
from catalog.tables import documents, refused_links, robots, urls
from catalog.task import FoundBy

PORTION: Final = 10_000
"""Rows read at a time: what a pass over a ledger of any size holds in memory."""


class KnownUrl(NamedTuple):
    """A row of the ledger; `access_id` is that of the living document at the URL, None without one."""

    id: int
    url: str
    host: str
    depth: int
    referrer_id: int | None
    state: str
    reason: str | None
    rule: str | None
    content_type: str | None
    size: int | None
    milliseconds: int | None
    attempts: int
    read_by: bytes | None
    access_id: int | None


class RefusedHostExamples(NamedTuple):
    """Links to a host that a connector left out: how many, and some of them."""

    host: str
    reason: str
    links: int
    examples: tuple[str, ...]


def known_urls(connection: Connection, connector_id: int) -> Iterator[KnownUrl]:
    """All rows of a connector in the order in which they were first met."""
    living = and_(
        documents.c.connector_id == connector_id,
        documents.c.deleted_at.is_(None),
        documents.c.url_id == urls.c.id,
    )
    columns = (
        urls.c.id,
        urls.c.url,
        urls.c.host,
        urls.c.depth,
        urls.c.referrer_id,
        urls.c.state,
        urls.c.reason,
        urls.c.rule,
        urls.c.content_type,
        urls.c.size,
        urls.c.fetch_ms,
        urls.c.attempts,
        urls.c.read_by,
        documents.c.access_id,
    )
    statement = (
        select(*columns)
        .outerjoin(documents, living)
        .where(urls.c.connector_id == connector_id)
        .order_by(urls.c.id)
        .execution_options(yield_per=PORTION)
    )
    for portion in connection.execute(statement).partitions():
        yield from map(KnownUrl._make, portion)


def seed_redirects(connection: Connection, connector_id: int) -> dict[str, str]:
    """Where seeds, and what those redirect to, lead by redirects that joined the scope: address → target."""
    statement = select(urls.c.url, urls.c.detail).where(
        urls.c.connector_id == connector_id,
        IS_REDIRECT_OF_DEPTH_0,
        urls.c.found_by.in_((FoundBy.SEED, FoundBy.REDIRECT)),
        urls.c.reason.is_(None),
        urls.c.detail.is_not(None),
    )
    return {row.url: row.detail for row in connection.execute(statement)}


def refused_host_examples(connection: Connection, connector_id: int) -> tuple[RefusedHostExamples, ...]:
    """The hosts that have a counter and no rows, those with the most links first."""
    columns = refused_links.c
    statement = (
        select(columns.host, columns.reason, columns["count"], columns.examples)
        .where(columns.connector_id == connector_id)
        .order_by(columns["count"].desc(), columns.host)
    )
    return tuple(
        RefusedHostExamples(host, reason, count, tuple(examples))
        for host, reason, count, examples in connection.execute(statement)
    )


def last_robots(connection: Connection, origin: str) -> tuple[int | None, bytes | None] | None:
    """Status and body of an origin's robots.txt as it was last read, however long ago; None: never."""
    row = connection.execute(
        select(robots.c.status, robots.c.body).where(robots.c.origin == origin)
    ).one_or_none()
    return None if row is None else (row.status, row.body)


def which_are_known(connection: Connection, keys: Sequence[bytes]) -> frozenset[bytes]:
    """Those of a few keys that have a row."""
    return frozenset(connection.scalars(select(urls.c.key).where(urls.c.key.in_(keys))))
