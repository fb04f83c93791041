"""The manners of what pages ask for in a browser: they take turns with the crawl, and obey robots.txt."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from catalog.canonical_url import UrlFault, parse_url
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.host_turns import HostTurns

ReadRobots = Callable[[ConnectorCrawl, str], Awaitable[None]]
"""Learns the robots.txt of an origin that is not known."""


def teach_manners(crawls: Iterable[ConnectorCrawl], turns: HostTurns, read_robots: ReadRobots) -> None:
    """Have the pages of these crawls ask as the crawls do."""
    for crawl in crawls:
        if crawl.rendering is not None:
            manners = PageManners(crawl, turns, read_robots)
            crawl.rendering.manners.use(manners.turn, manners.may_fetch)


@dataclass(frozen=True, slots=True)
class PageManners:
    """For the pages of one connector."""

    crawl: ConnectorCrawl
    turns: HostTurns
    read_robots: ReadRobots
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def turn(self, host: str) -> None:
        """Return when the host may be asked once more."""
        await self.turns.request(self.crawl, host)

    async def may_fetch(self, url: str) -> Decision:
        """What robots.txt says, which is read first where it has to be."""
        if not self.crawl.obeys_robots:
            return ALLOWED
        address = parse_url(url)
        if isinstance(address, UrlFault):
            return refused(Reason.INVALID_URL, address.detail)
        if not self.crawl.robots.knows(address.origin):
            async with self._locks[address.origin]:
                if not self.crawl.robots.knows(address.origin):
                    await self.turn(address.host)
                    await self.read_robots(self.crawl, address.origin)
        return self.crawl.robots.decide(address)
