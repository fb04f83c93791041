"""While a crawl runs: its runs stay ours, and what was learned of pages is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog.errors import CatalogError
from catalog.lease import hold_run
from catalog.rendering import RenderingRecord, save_rendering
from crawler.sync.connector_crawl import ConnectorCrawl

LEASE_SECONDS: Final = 25.0

Write = Callable[[Callable[[Connection], None]], Awaitable[None]]


async def keep_leases(crawls: Sequence[ConnectorCrawl], write: Write) -> None:
    """Until cancelled; a process that was killed renews nothing, so that its runs become free."""
    while True:
        await asyncio.sleep(LEASE_SECONDS)
        for crawl in crawls:
            try:
                await write(partial(_renew, crawl.run.id, crawl.connector_id, crawl.learned()))
            except CatalogError:
                return  # the writer, whose thread it went wrong in, has told the crawl, which ends by it


def _renew(
    run_id: int, connector_id: int, learned: Sequence[RenderingRecord], connection: Connection
) -> None:
    hold_run(connection, run_id)
    save_rendering(connection, connector_id, learned)
