"""The first step of a crawl: seeds go into the ledger; what an interrupted run left is found again."""

from __future__ import annotations

from sqlalchemy import Connection

from catalog.document import url_key
from catalog.ledger import enqueue, queued_hosts, refuse
from catalog.sitemaps import note_lastmods
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.sitemap_planting import from_listed, sitemap_files


def plant(crawl: ConnectorCrawl, connection: Connection) -> tuple[tuple[FetchTask, ...], tuple[str, ...]]:
    """Queue the seeds and the configured sitemaps; return those that this run had not met, and the hosts on
    which others waited before.

    A seed is exempt from `filters.crawl.include`, not from `exclude`.
    """
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    waiting = tuple(queued_hosts(connection, connector_id, run_id))
    seeds = [*sitemap_files(crawl), *_seeds(crawl), *from_listed(crawl, connection)]
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
            found_by=FoundBy.SEED,
            decision=rules.decide(seed, 0, is_seed=True),
        )
        for seed in {seed.url: seed for seed in crawl.seeds}.values()
    ]
