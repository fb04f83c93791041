"""A plan from what is known: the ledger of a connector under its configuration as it is now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog.access import known_access_lists
from catalog.canonical_url import WebAddress
from catalog.connectors import find_connector
from catalog.document import url_key
from catalog.known_urls import known_urls, refused_host_examples, which_are_known
from crawler.planning.difference import Comparison, Difference
from crawler.planning.estimate import Estimate, Estimator
from crawler.planning.judge import Judge
from crawler.sync.reading_mark import reading_mark
from crawler.sync.sitemap_planting import listed_roots
from crawler.sync.starts import gather_starts
from settings.configuration import Settings
from settings.connector import ConnectorSettings


@dataclass(frozen=True, slots=True)
class LedgerPlan:
    """What the next full sync of a connector would change, and what it would come to."""

    connector: str
    difference: Difference
    new_seeds: tuple[str, ...]
    estimate: Estimate


def plan_from_ledger(
    connection: Connection, settings: Settings, connector: ConnectorSettings
) -> LedgerPlan | None:
    """Judge every known URL of a connector anew; None when it never ran. No request is made, nothing written.

    Rows are read in portions: memory does not grow with the ledger, but for a few bytes a document.
    """
    number = find_connector(connection, connector.name)
    if number is None:
        return None
    judge = Judge.of(connector, connection, listed_in_files(connector))
    estimator = estimator_of(connector)
    mark = reading_mark(settings, connector)
    comparison = Comparison(judge, _access_ids(connection, judge), mark, estimator)
    for row in known_urls(connection, number):
        comparison.take(row)
    if not comparison.found.urls:
        return None
    hosts = refused_host_examples(connection, number)
    difference = comparison.finish(hosts, connector.sync.deletion_guard)
    return LedgerPlan(
        connector.name,
        difference,
        _new_seeds(connection, judge),
        estimator.estimate(connector.scope.max_pages),
    )


def estimator_of(connector: ConnectorSettings) -> Estimator:
    """An estimator by a connector's politeness."""
    per_minute = connector.politeness.requests_per_minute
    return Estimator(60 / per_minute if per_minute else 0.0, connector.politeness.concurrency)


def listed_in_files(connector: ConnectorSettings) -> tuple[WebAddress, ...]:
    """The folders of what the connector's sitemaps on this disk list; those elsewhere would be requests."""
    local = tuple(each for each in connector.sitemaps if "://" not in each)
    if not local:
        return ()
    only_local = connector.model_copy(update={"sitemaps": local, "seeds_file": None})
    ((_, starts),) = asyncio.run(gather_starts([only_local]))
    return listed_roots(each.sitemap for each in starts.listed)


def _access_ids(connection: Connection, judge: Judge) -> dict[int | None, int | None]:
    """The catalog's id of each access rule's list, and of nobody's."""
    known = known_access_lists(connection)
    rules = [None, *range(len(judge.access_lists))]
    return {rule: known.get(judge.readers(rule)) for rule in rules}


def _new_seeds(connection: Connection, judge: Judge) -> tuple[str, ...]:
    keys = {url_key(judge.connector.name, seed): seed for seed in sorted(judge.seeds)}
    known = which_are_known(connection, list(keys))
    return tuple(seed for key, seed in keys.items() if key not in known)
