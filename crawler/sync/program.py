"""A whole sync in one call: crawl and index side by side, stop cleanly at Ctrl-C, sum up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import uvloop

from catalog.bodies import BodyStore
from catalog.database import Catalog, open_catalog
from catalog.runs import prune_runs, read_run
from catalog.vacuum import vacuum_bodies
from catalog.vocabulary import RunMode
from crawler.notifying.telling import tell_webhooks
from crawler.rendering.pool import PagePool
from crawler.sync.assembly import prepare
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.crawl import Crawl
from crawler.sync.display import Display
from crawler.sync.indexing import Indexing, IndexingFailedError
from crawler.sync.interpreter import set_for_crawling
from crawler.sync.parsers import Parsers
from crawler.sync.started_parser import StartedParser
from crawler.sync.starts import gather_starts
from crawler.sync.summary import RunSummary, summarise
from settings.configuration import Settings
from settings.connector import ConnectorSettings
from settings.console import ExitCode
from settings.store import BodyRetention


@dataclass(frozen=True, slots=True)
class Ending:
    """What a sync came to. `indexing_error` is what the indexer said when it failed, `interrupted` whether
    it was ended before all was indexed."""

    runs: tuple[RunSummary, ...]
    indexing_error: str | None = None
    interrupted: bool = False


def synchronise(
    settings: Settings,
    connectors: Sequence[ConnectorSettings],
    mode: RunMode | None,
    parsers: Sequence[StartedParser],
    *,
    index: bool,
    accept_deletions: bool = False,
) -> Ending:
    """Crawl the connectors side by side and index what they bring; `parsers`, if any, are ended with it.

    Without a `mode` each runs in that of its settings. SIGINT and SIGTERM end it cleanly: what is under way
    is written down and the next sync continues.
    Raises `CatalogError` when the catalog cannot be used or another process crawls a connector,
    `UnusableSettingError` when a file that the settings name cannot be.
    """
    started = uvloop.run(gather_starts(connectors))
    pool = Parsers(parsers)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        pages = PagePool()
        crawls = [
            prepare(
                catalog,
                settings,
                connector,
                mode or RunMode(connector.sync.mode.value),
                pages,
                starts=starts,
                accept_deletions=accept_deletions,
            )
            for connector, starts in started
        ]
        with set_for_crawling():
            ending = uvloop.run(_crawl_and_index(catalog, settings, crawls, pool, pages, index=index))
        told = uvloop.run(tell_webhooks(catalog, connectors, ending.runs))
        with catalog.write() as connection:
            prune_runs(connection, settings.store.keep_runs)
        vacuum_bodies(catalog)
        return replace(ending, runs=told)
    finally:
        catalog.close()


async def _crawl_and_index(
    catalog: Catalog,
    settings: Settings,
    crawls: Sequence[ConnectorCrawl],
    pool: Parsers,
    pages: PagePool,
    *,
    index: bool,
) -> Ending:
    indexing = Indexing(settings.path) if index else None
    display = Display(crawls, indexing)
    _announce(crawls, display)
    for each in crawls:
        pool.use(each.connector_id, each.rules)
    bodies = None if settings.store.bodies is BodyRetention.NONE else BodyStore(settings.store.directory)
    crawl = Crawl(catalog, crawls, pool, bodies=bodies, say=display.say)
    error = None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pool.close)
        for each in crawls:
            stack.push_async_callback(each.fetcher.aclose)
        stack.push_async_callback(pages.aclose)
        if bodies is not None:
            stack.callback(bodies.close)
        if indexing is not None:
            stack.push_async_callback(indexing.abort)
            await indexing.start()
        _stop_at_signals(crawl, indexing)
        with display.shown():
            await crawl.run()
            await pages.aclose()
            await pool.close()  # indexing may go on for long, and wants the memory
            if indexing is not None and not crawl.stopped:
                try:
                    await indexing.finish()
                except IndexingFailedError as failure:
                    error = str(failure)
    with catalog.read() as connection:
        ended = [read_run(connection, each.run.id) for each in crawls]
        return Ending(
            tuple(summarise(run) for run in ended if run is not None),
            error,
            interrupted=indexing is not None and indexing.interrupted,
        )


def _stop_at_signals(crawl: Crawl, indexing: Indexing | None) -> None:
    """The first Ctrl-C ends the crawl cleanly; the second ends the process, which loses nothing either."""
    asked = False

    def stop() -> None:
        nonlocal asked
        if asked:
            if indexing is not None:
                indexing.kill()
            os._exit(ExitCode.INTERRUPTED)
        asked = True
        if indexing is not None and not crawl.stopped:  # all is crawled: only the indexer is at work
            indexing.interrupt()
        crawl.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _announce(crawls: Sequence[ConnectorCrawl], display: Display) -> None:
    for crawl in crawls:
        if crawl.run.resumed:
            display.say(crawl.name, f"continuing run {crawl.run.id}")
        for warning in crawl.warnings:
            display.say(crawl.name, warning)
