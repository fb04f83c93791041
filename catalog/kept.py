"""The copy of a page or file that the catalog keeps: its body, and the headers that reading it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from catalog.bodies import BodyStore
from catalog.errors import ShardDamagedError
from catalog.tables import urls


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """What was fetched; names of headers are in lower case."""

    body: bytes
    headers: Mapping[str, str]


def read_kept(connection: Connection, bodies: BodyStore, url_id: int) -> KeptCopy | None:
    """The copy of a URL; None where it is not kept, or its shard is damaged: it has to be fetched again."""
    known = select(urls.c.body_hash, urls.c.headers).where(urls.c.id == url_id)
    row = connection.execute(known).one_or_none()
    if row is None or row.body_hash is None or row.headers is None:
        return None
    try:
        body = bodies.get(connection, row.body_hash)
    except ShardDamagedError:
        return None
    return None if body is None else KeptCopy(body, row.headers)
