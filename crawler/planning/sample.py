"""A plan from a sampled crawl: a few hundred pages fetched as by a sync, and nothing of them kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from catalog.connectors import find_connector
from catalog.database import Catalog
from catalog.known_urls import RefusedHostExamples, known_urls, refused_host_examples
from catalog.runs import read_run
from catalog.vocabulary import UrlState
from crawler.planning.estimate import Estimate
from crawler.planning.groups import Groups
from crawler.planning.ledger_plan import estimator_of
from crawler.planning.thrown_away import thrown_away_crawl
from crawler.sync.connector_crawl import ConnectorCrawl
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
    limited = [_limited(connector, pages) for connector in connectors]
    with thrown_away_crawl(settings, limited, known) as left:
        return tuple(
            _sum_up(left.connection, connector, crawl, pages, interrupted=left.interrupted)
            for connector, crawl in zip(connectors, left.crawls, strict=True)
        )


def _limited(connector: ConnectorSettings, pages: int) -> ConnectorSettings:
    scope = connector.scope.model_copy(update={"max_pages": min(pages, connector.scope.max_pages)})
    return connector.model_copy(update={"scope": scope})


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
