"""The first step of a crawl: seeds go into the ledger; what an interrupted run left is found again."""

from __future__ import annotations

from sqlalchemy import Connection

from catalog.document import url_key
from catalog.ledger import enqueue, queued_hosts, refuse
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery
from crawler.sync.connector_crawl import ConnectorCrawl


def plant(crawl: ConnectorCrawl, connection: Connection) -> tuple[tuple[FetchTask, ...], tuple[str, ...]]:
    """Queue the seeds; return those that this run had not met, and the hosts on which others waited before.

    A seed is exempt from `filters.crawl.include`, not from `exclude`.
    """
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    waiting = tuple(queued_hosts(connection, connector_id, run_id))
    seeds = _seeds(crawl)
    refuse(connection, connector_id, run_id, [seed for seed in seeds if not seed.decision.allowed])
    allowed = [seed for seed in seeds if seed.decision.allowed]
    return enqueue(connection, connector_id, run_id, allowed), waiting


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
