"""While a crawl runs: its runs stay ours, and what was learned of pages is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog.rendering import RenderingRecord, save_rendering
from catalog.runs import renew_lease
from crawler.sync.connector_crawl import ConnectorCrawl

LEASE_SECONDS: Final = 25.0

Write = Callable[[Callable[[Connection], bool]], Awaitable[bool]]


async def keep_leases(crawls: Sequence[ConnectorCrawl], write: Write) -> None:
    """Until cancelled; a process that was killed renews nothing, so that its runs become free."""
    while True:
        await asyncio.sleep(LEASE_SECONDS)
        for crawl in crawls:
            await write(partial(_renew, crawl.run.id, crawl.connector_id, crawl.learned()))


def _renew(
    run_id: int, connector_id: int, learned: Sequence[RenderingRecord], connection: Connection
) -> bool:
    save_rendering(connection, connector_id, learned)
    return renew_lease(connection, run_id)
