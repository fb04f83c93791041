"""Access lists follow the configuration: when its access rules change, every document is looked at again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import orjson
from sqlalchemy import Connection, select, update

from catalog.recording import reassign_access
from catalog.tables import connectors


def follow_access_rules(
    connection: Connection,
    connector_id: int,
    patterns: Sequence[str],
    access_ids: Sequence[int],
    access_id: Callable[[str], int],
) -> int:
    """Give the living documents of a connector the lists of its present rules; return how many changed.

    `patterns` and the interned list of each are the rules, `access_id` applies them to a URL. Rules that the
    documents have already had their lists by cost no look at the documents.
    """
    mark = hashlib.blake2b(orjson.dumps([list(patterns), list(access_ids)]), digest_size=16).hexdigest()
    known = connection.scalar(select(connectors.c.access_hash).where(connectors.c.id == connector_id))
    if known == mark:
        return 0
    changed = reassign_access(connection, connector_id, access_id)
    connection.execute(update(connectors).where(connectors.c.id == connector_id).values(access_hash=mark))
    return changed
