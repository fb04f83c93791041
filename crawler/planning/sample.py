"""A plan from a sampled crawl: a few hundred pages fetched as by a sync, into a catalog that is thrown away.

The crawl is the sync's own, with its politeness, logins and rules; only its catalog lies in a temporary
folder, keeps no bodies, and is read once at the end. Of the real catalog the sessions of logins and the
credentials that were rejected are taken along, so that nobody is signed in twice and no account is locked;
credentials that are rejected now are the one thing that is written back.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvloop
from sqlalchemy import Connection

from catalog.connectors import find_connector
from catalog.database import Catalog, open_catalog
from catalog.known_urls import RefusedHostExamples, known_urls, refused_host_examples
from catalog.runs import read_run
from catalog.vocabulary import RunMode, UrlState
from crawler.planning.credentials import lend_credentials, return_rejections
from crawler.planning.estimate import Estimate
from crawler.planning.groups import Groups
from crawler.planning.ledger_plan import estimator_of
from crawler.rendering.pool import PagePool
from crawler.sync.assembly import prepare
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.crawl import Crawl
from crawler.sync.display import Display
from crawler.sync.interpreter import set_for_crawling
from crawler.sync.parser_pool import ParserPool
from crawler.sync.started_parser import most_parsers
from crawler.sync.starts import gather_starts
from settings.configuration import Settings
from settings.connector import ConnectorSettings

SAMPLE: Final = 300
"""Pages that are fetched where nothing is known and no number was asked for."""


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What a sampled crawl of one connector met.

    `crawled` URLs were asked for, `waiting` ones met and not asked for: with these all the `urls` that are
    known. `complete` says that nothing was left. `hosts` are those whose links were left out, `error` why the
    crawl failed, if so. The estimate is of what was met: pages behind those waiting are not in it.
    """

    connector: str
    requested: int
    complete: bool
    interrupted: bool
    urls: int
    crawled: int
    waiting: int
    duplicates: int
    redirects: int
    indexed: Groups
    refused: Groups
    failed: Groups
    hosts: tuple[RefusedHostExamples, ...]
    error: str | None
    estimate: Estimate


def plan_from_sample(
    settings: Settings,
    connectors: Sequence[ConnectorSettings],
    pages: int,
    known: Catalog | None,
) -> tuple[SamplePlan, ...]:
    """Crawl up to so many pages of each connector and sum up; nothing of it is kept.

    `known` is the real catalog, if there is one. Ctrl-C ends the crawl; what it met is summed up. Raises
    `CatalogError`, and `crawler.sync.site_access.UnusableSettingError`.
    """
    with tempfile.TemporaryDirectory(prefix="sitelore-plan-") as folder:
        catalog = open_catalog(f"sqlite:///{folder}/catalog.db", Path(folder))
        try:
            lend_credentials(known, catalog)
            browser = PagePool()
            crawls = [
                prepare(catalog, settings, _limited(connector, pages), RunMode.FULL, browser, starts=starts)
                for connector, starts in uvloop.run(gather_starts(connectors))
            ]
            with set_for_crawling():
                stopped = uvloop.run(_crawl(catalog, crawls, browser))
            return_rejections(catalog, known)
            with catalog.read() as connection:
                return tuple(
                    _sum_up(connection, connector, crawl, pages, interrupted=stopped)
                    for connector, crawl in zip(connectors, crawls, strict=True)
                )
        finally:
            catalog.close()


def _limited(connector: ConnectorSettings, pages: int) -> ConnectorSettings:
    scope = connector.scope.model_copy(update={"max_pages": min(pages, connector.scope.max_pages)})
    return connector.model_copy(update={"scope": scope})


async def _crawl(catalog: Catalog, crawls: Sequence[ConnectorCrawl], browser: PagePool) -> bool:
    """Crawl to the end; whether it was stopped before that."""
    display = Display(crawls, None)
    pool = ParserPool((), size=most_parsers())
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


def _sum_up(
    connection: Connection,
    connector: ConnectorSettings,
    crawl: ConnectorCrawl,
    requested: int,
    *,
    interrupted: bool,
) -> SamplePlan:
    number = find_connector(connection, connector.name)
    run = read_run(connection, crawl.run.id)
    assert number is not None
    assert run is not None
    indexed, refused, failed = Groups(), Groups(), Groups()
    states = dict.fromkeys(UrlState, 0)
    estimator = estimator_of(connector)
    asked = 0
    for row in known_urls(connection, number):
        states[UrlState(row.state)] += 1
        if row.state in (UrlState.INDEXED, UrlState.UNCHANGED):
            indexed.add(None, None, row.url)
        elif row.state == UrlState.REFUSED:
            refused.add(row.reason, row.rule, row.url)
        elif row.state in (UrlState.FAILED, UrlState.GONE):
            failed.add(row.reason, None, row.url)
        if row.attempts or row.state == UrlState.QUEUED:
            asked += row.state != UrlState.QUEUED
            estimator.add(row.host, row.size, row.milliseconds)
            origin = "/".join(row.url.split("/", 3)[:3])
            if crawl.robots.knows(origin):
                estimator.delay(row.host, crawl.robots.interval(origin))
    return SamplePlan(
        connector=connector.name,
        requested=requested,
        complete=run.limit is None and not states[UrlState.QUEUED],
        interrupted=interrupted,
        urls=sum(states.values()),
        crawled=asked,
        waiting=states[UrlState.QUEUED],
        duplicates=states[UrlState.DUPLICATE],
        redirects=states[UrlState.REDIRECT],
        indexed=indexed,
        refused=refused,
        failed=failed,
        hosts=refused_host_examples(connection, number),
        error=run.error,
        estimate=estimator.estimate(connector.scope.max_pages),
    )
