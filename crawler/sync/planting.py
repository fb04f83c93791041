"""The first step of a crawl: seeds go into the ledger; what an interrupted run left is found again."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from catalog.canonical_url import WebAddress, parse_url
from catalog.document import url_key
from catalog.ledger import enqueue, queued_hosts, refuse
from catalog.revisits import queue_due, worth_a_visit
from catalog.sitemaps import note_lastmods
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery
from crawler.rules.hash_routing import with_route
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.sitemap_planting import from_listed, sitemap_files


def plant(crawl: ConnectorCrawl, connection: Connection) -> tuple[tuple[FetchTask, ...], tuple[str, ...]]:
    """Queue the seeds and the configured sitemaps; return those that this run had not met, and the hosts on
    which others waited before.

    A seed is exempt from `filters.crawl.include`, not from `exclude`.
    """
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    listed = from_listed(crawl, connection)
    if crawl.context.incremental:
        may_visit, mark = partial(_may_visit, crawl), crawl.rules.mark
        queue_due(connection, connector_id, run_id, datetime.now(UTC), may_visit, mark=mark)
        listed = list(worth_a_visit(connection, run_id, listed))
    waiting = tuple(queued_hosts(connection, connector_id, run_id))
    seeds = [*sitemap_files(crawl), *_seeds(crawl), *listed]
    refuse(connection, connector_id, run_id, [seed for seed in seeds if not seed.decision.allowed])
    allowed = [seed for seed in seeds if seed.decision.allowed]
    tasks = enqueue(connection, connector_id, run_id, allowed)
    note_lastmods(connection, allowed)
    return tasks, waiting


def _seeds(crawl: ConnectorCrawl) -> list[Discovery]:
    rules = crawl.rules.links
    return [
        Discovery(
            key=url_key(crawl.name, seed.url),
            url=seed.url,
            host=seed.host,
            depth=0,
            found_by=crawl.seeds_found_by,
            decision=rules.decide(seed, 0, is_seed=True),
            link_text=crawl.link_texts.get(seed.url, ""),
        )
        for seed in {seed.url: seed for seed in crawl.seeds}.values()
    ]


def _may_visit(crawl: ConnectorCrawl, url: str, depth: int, found_by: FoundBy) -> bool:
    """Whether today's rules allow a URL that former ones allowed; a full run says so in the ledger."""
    address = parse_url(url)
    if not isinstance(address, WebAddress):
        return False
    # How deep an orphan lies nobody knows.
    depth = 0 if found_by is FoundBy.ORPHAN else depth
    rules = crawl.rules
    is_seed = found_by is FoundBy.SEED
    return rules.links.decide(with_route(address, rules.hash_routing), depth, is_seed=is_seed).allowed
