"""Forgetting a connector from the first check to the space that is given back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.compaction import compact_database
from catalog.database import Catalog
from catalog.forgetting import hide_documents, hold_for_forgetting, remove_rows
from catalog.vacuum import vacuum_bodies
from crawler.sync.indexing import Indexing
from settings.configuration import Settings


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`freed` bytes on the disk; `compacted` is False where the catalog's file kept its free pages."""

    hidden: int
    freed: int
    compacted: bool


def forget_connector(catalog: Catalog, settings: Settings, connector_id: int) -> Forgotten:
    """Remove all that a connector left. Killed at any instant, it can be called again.

    Raises `RunHeld` while a sync has the connector, `IndexingFailedError` when the indexes could not be
    changed: then nothing is found any more, and the rows are still there.
    """
    with catalog.write() as connection:
        run_id = hold_for_forgetting(connection, connector_id)
    hidden = hide_documents(catalog, connector_id, run_id, datetime.now(UTC))
    if (settings.store.directory / "index").exists():
        asyncio.run(_update_indexes(settings))
    remove_rows(catalog, connector_id, run_id)
    # Two rounds: a file goes at the vacuum after the one that emptied it, as readers may have it open.
    freed = sum(vacuum_bodies(catalog).freed for _ in range(2))
    given_back = compact_database(catalog)
    return Forgotten(hidden, freed + (given_back or 0), given_back is not None)


async def _update_indexes(settings: Settings) -> None:
    """Have the indexer do what is pending, which these documents are."""
    indexing = Indexing(settings.path)
    await indexing.start()
    try:
        await indexing.finish()
    finally:
        await indexing.abort()
