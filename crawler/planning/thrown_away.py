"""A crawl whose catalog is thrown away: the sync's own, with its politeness, logins and rules.

Its catalog lies in a temporary folder and is read once at the end. Of the real catalog the sessions of logins
and the credentials that were rejected are taken along, so that nobody is signed in twice and no account is
locked; credentials that are rejected now are the one thing that is written back.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from sqlalchemy import Connection

from catalog.database import Catalog, open_catalog
from catalog.vocabulary import RunMode
from crawler.planning.credentials import lend_credentials, return_rejections
from crawler.rendering.pool import PagePool
from crawler.sync.assembly import prepare
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.crawl import Crawl
from crawler.sync.display import Display
from crawler.sync.interpreter import set_for_crawling
from crawler.sync.parsers import Parsers
from crawler.sync.starts import gather_starts
from settings.configuration import Settings
from settings.connector import ConnectorSettings


@dataclass(frozen=True, slots=True)
class ThrownAway:
    """What such a crawl left: its catalog, open for reading while the context lasts, and how it ended."""

    connection: Connection
    crawls: tuple[ConnectorCrawl, ...]
    interrupted: bool


@contextmanager
def thrown_away_crawl(
    settings: Settings,
    connectors: Sequence[ConnectorSettings],
    known: Catalog | None,
    adjust: Callable[[ConnectorCrawl], None] = lambda _: None,
) -> Iterator[ThrownAway]:
    """Crawl these connectors until the end or Ctrl-C. `adjust` may change what each begins with.

    `known` is the real catalog, if there is one. Raises `CatalogError`, and
    `crawler.sync.site_access.UnusableSettingError`.
    """
    with tempfile.TemporaryDirectory(prefix="sitelore-plan-") as folder:
        catalog = open_catalog(f"sqlite:///{folder}/catalog.db", Path(folder))
        try:
            lend_credentials(known, catalog)
            browser = PagePool()
            crawls = tuple(
                prepare(catalog, settings, connector, RunMode.FULL, browser, starts=starts)
                for connector, starts in uvloop.run(gather_starts(connectors))
            )
            for each in crawls:
                adjust(each)
            with set_for_crawling():
                interrupted = uvloop.run(_crawl(catalog, crawls, browser))
            return_rejections(catalog, known)
            with catalog.read() as connection:
                yield ThrownAway(connection, crawls, interrupted)
        finally:
            catalog.close()


async def _crawl(catalog: Catalog, crawls: Sequence[ConnectorCrawl], browser: PagePool) -> bool:
    """Crawl to the end; whether it was stopped before that."""
    display = Display(crawls, None)
    pool = Parsers()
    for each in crawls:
        pool.use(each.connector_id, each.rules)
    crawl = Crawl(catalog, crawls, pool, say=display.say)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pool.close)
        for each in crawls:
            stack.push_async_callback(each.fetcher.aclose)
        stack.push_async_callback(browser.aclose)
        _stop_at_signals(crawl.stop)
        with display.shown():
            await crawl.run()
    return crawl.stopped


def _stop_at_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
