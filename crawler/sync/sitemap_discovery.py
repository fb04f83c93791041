"""Finds the sitemaps that nobody configured: in robots.txt, else in well-known places of a seed's host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from catalog.canonical_url import WebAddress, parse_url
from catalog.document import url_key
from catalog.ledger import enqueue, refuse
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery, Visit
from crawler.auth.keeper import Standing
from crawler.frontier.frontier import Frontier
from crawler.outcome import FileFetched, HtmlFetched, Outcome
from crawler.sitemaps.read import looks_like_sitemap
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl
from crawler.sync.host_turns import HostTurns
from crawler.sync.sitemap_visits import sitemap_visit
from settings.scope import Follow

WELL_KNOWN: Final = ("/sitemap.xml", "/sitemap_index.xml")
"""Asked for in this order until one is a sitemap, where the robots.txt of a seed's site names none."""

Tasks = tuple[FetchTask, ...]
Write = Callable[[Callable[[Connection], Tasks]], Awaitable[Tasks]]


@dataclass(frozen=True, slots=True)
class SitemapDiscovery:
    """For all crawls of a sync. `spawn` runs an errand beside the crawl, `record` hands a visit to the
    writer."""

    frontier: Frontier
    turns: HostTurns
    reader: BodyReader
    write: Write
    record: Callable[[ConnectorCrawl, FetchTask, Visit], None]
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    wake: Callable[[], None]

    async def learn(self, crawl: ConnectorCrawl, origin: str) -> None:
        """The robots.txt of an origin is known: queue the sitemaps that it names, or look for one."""
        home = parse_url("/", origin)
        sitemaps = crawl.sitemaps
        if not isinstance(home, WebAddress) or origin in sitemaps.looked_at or not _concerns(crawl, home):
            return
        sitemaps.looked_at.add(origin)
        if named := crawl.robots.sitemaps(origin):
            addresses = [parse_url(text, home.url) for text in named]
            await self._queue(crawl, home, [each for each in addresses if isinstance(each, WebAddress)])
        elif any(seed.origin == origin for seed in crawl.seeds):
            crawl.in_flight += 1  # the crawl is not over before this is known
            self.spawn(self._look(crawl, home))

    async def _queue(self, crawl: ConnectorCrawl, home: WebAddress, found: Sequence[WebAddress]) -> None:
        for address in found:
            crawl.sitemaps.vouch(address, home.host)
        discoveries = crawl.sitemaps.admit_file(_met(crawl, address) for address in found)
        self.frontier.add(await self.write(partial(_enqueue, crawl, discoveries)))

    async def _look(self, crawl: ConnectorCrawl, home: WebAddress) -> None:
        try:
            for place in WELL_KNOWN:
                address = parse_url(place, home.url)
                assert isinstance(address, WebAddress)
                if await self._is_there(crawl, address):
                    return
        finally:
            crawl.in_flight -= 1
            self.wake()

    async def _is_there(self, crawl: ConnectorCrawl, address: WebAddress) -> bool:
        met = _met(crawl, address)
        if not met.decision.allowed or not crawl.robots.decide(address).allowed:
            return False
        await self.turns.request(crawl, address.host)
        # It has no row in the ledger yet, and gets none unless it is there: nobody has named it.
        asked = FetchTask(0, met.key, met.url, met.host, met.depth, crawl.connector_id, met.found_by)
        outcome = await _ask(crawl, asked)
        if not isinstance(outcome, HtmlFetched | FileFetched) or not looks_like_sitemap(outcome.body):
            return False
        crawl.sitemaps.vouch(address, address.host)
        discoveries = crawl.sitemaps.admit_file([met])
        for task in await self.write(partial(_enqueue, crawl, discoveries)):
            if crawl.watch is not None:  # what a session brought is held until the session was confirmed
                self.frontier.add([task])
            elif self.frontier.claim(
                task
            ):  # else a refill of the frontier was quicker: it is asked for again
                self.record(crawl, task, await sitemap_visit(crawl, task, outcome, self.reader))
        return True


async def _ask(crawl: ConnectorCrawl, task: FetchTask) -> Outcome | None:
    """What comes of asking, or None where it does not count."""
    if crawl.watch is None:
        standing, outcome = await crawl.judge(task, await crawl.fetch(task, 0), 0)
    else:
        async with crawl.watch.turn() as generation:
            standing, outcome = await crawl.judge(task, await crawl.fetch(task, generation), generation)
    return outcome if standing is Standing.ALIVE else None


def _concerns(crawl: ConnectorCrawl, home: WebAddress) -> bool:
    """Whether sitemaps of a site are wanted: of the seeds' hosts, and of subdomains that are in scope."""
    if not crawl.sitemaps.discovers or not crawl.obeys_robots:
        return False
    scope = crawl.rules.links.scope
    is_below = scope.follow is Follow.SUBDOMAINS and scope.decide(home).allowed
    return is_below or home.host in crawl.rules.hosts


def _met(crawl: ConnectorCrawl, address: WebAddress) -> Discovery:
    """Its pages lie one step from the seeds; like a seed it is exempt from `include`, not from `exclude`."""
    decision = crawl.rules.links.as_an_address(address)
    if decision.allowed:
        decision = crawl.rules.links.crawl.decide(address.url, is_seed=True)
    return Discovery(
        key=url_key(crawl.name, address.url),
        url=address.url,
        host=address.host,
        depth=1,
        found_by=FoundBy.SITEMAP_FILE,
        decision=decision,
    )


def _enqueue(crawl: ConnectorCrawl, found: Sequence[Discovery], connection: Connection) -> Tasks:
    run = crawl.context
    refuse(connection, run.connector_id, run.run_id, [item for item in found if not item.decision.allowed])
    allowed = [item for item in found if item.decision.allowed]
    return enqueue(connection, run.connector_id, run.run_id, allowed)
