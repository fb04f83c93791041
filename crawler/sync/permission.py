"""May a URL of the frontier be asked for now: the health of its host, today's rules, robots.txt."""

from __future__ import annotations

from catalog.task import FetchTask, FoundBy
from catalog.vocabulary import Decision
from crawler.rules.canonical_url import WebAddress, parse_url
from crawler.rules.hash_routing import with_route
from crawler.sync.connector_crawl import ConnectorCrawl


def may_ask(crawl: ConnectorCrawl, task: FetchTask) -> Decision:
    """The first that refuses speaks; robots.txt of the origin must be known where it is obeyed."""
    decision = crawl.health.decide(task.host)
    if not decision.allowed:
        return decision
    address = parse_url(task.url)
    assert isinstance(address, WebAddress)  # only canonical URLs are in the ledger
    if task.found_by is FoundBy.ORPHAN:
        # No link brought it here, so the rules of today have not been asked about it; how deep it lies
        # without a link nobody knows.
        decision = crawl.rules.links.decide(with_route(address, crawl.rules.hash_routing), 0)
    if decision.allowed and crawl.obeys_robots:
        decision = crawl.robots.decide(address)
    return decision


def robots_needed(crawl: ConnectorCrawl, task: FetchTask) -> str | None:
    """The origin whose robots.txt must be read before this task, or None."""
    if not crawl.obeys_robots:
        return None
    origin = "/".join(task.url.split("/", 3)[:3])
    return None if crawl.robots.knows(origin) else origin
