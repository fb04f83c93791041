"""May a URL of the frontier be asked for now: the health of its host, today's rules, robots.txt."""

from __future__ import annotations

from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask, FoundBy
from catalog.visit import Visit
from catalog.vocabulary import ALLOWED, Decision
from crawler.rules.hash_routing import with_route
from crawler.sync import visits
from crawler.sync.connector_crawl import ConnectorCrawl

_BY_LINKS: Final = frozenset({FoundBy.LINK, FoundBy.REDIRECT, FoundBy.CANONICAL})


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


def has_to_wait(crawl: ConnectorCrawl, task: FetchTask) -> bool:
    """Whether what pages like this one say should be known before it is asked for."""
    return not _is_listed(task) and crawl.traps.has_to_wait(task.url)


def leads_somewhere(crawl: ConnectorCrawl, task: FetchTask) -> Decision:
    """Whether to ask for a URL that links led to: not where it is one of an endless pattern.

    What somebody listed (a seed, a sitemap) is not endless, and a document that stands is asked for as long
    as it answers: a pattern is no evidence against it.
    """
    return ALLOWED if _is_listed(task) else crawl.traps.may_begin(task.url)


def without_news(crawl: ConnectorCrawl, task: FetchTask, visit: Visit) -> Visit:
    """A visit as it counts: a page of an endless pattern that says nothing new becomes no document."""
    decision = crawl.traps.note(task.url, visit)
    return visit if decision.allowed or _is_listed(task) else visits.of_no_worth(visit, decision)


def _is_listed(task: FetchTask) -> bool:
    """Whether a URL counts by itself, whatever its pattern: somebody named it, or its document stands."""
    return task.found_by not in _BY_LINKS or task.document_id == task.key.hex()


def robots_needed(crawl: ConnectorCrawl, task: FetchTask) -> str | None:
    """The origin whose robots.txt must be read before this task, or None."""
    if not crawl.obeys_robots:
        return None
    origin = "/".join(task.url.split("/", 3)[:3])
    return None if crawl.robots.knows(origin) else origin
