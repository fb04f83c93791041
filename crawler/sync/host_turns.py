"""Turns at the hosts of a sync, taken with whatever other sync crawls them: together as gentle as one.

Two syncs that want each other's host do not wait for ever: a turn that somebody waits for ends after some
seconds, and what is under way at a host never waits for the turn at another, but for pages in a browser,
for which no turn is prolonged.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from catalog.holder import Holder
from catalog.host_turns import HostPace, end_turns, give_turn, renew_turns, take_turn, wanted_turns
from catalog.lease import LEASE
from crawler.frontier.frontier import Frontier
from crawler.sync.connector_crawl import ConnectorCrawl

TURN_SECONDS: Final = 2.0
"""How long a host is asked by one process while others wait for it."""

_ASKING_SECONDS: Final = 0.25  # between two looks whether the turn has come
_TENDING_SECONDS: Final = 0.5  # between two looks whether somebody waits
_ENDING_SECONDS: Final = 0.02  # between two looks whether all requests of a turn have ended

T = TypeVar("T")
Ask = Callable[[Callable[[Connection], Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class HostTurns:
    """For all crawls of a sync. `read` and `write` run a function over the catalog, `spawn` an errand.

    `say` takes (connector, sentence) for people who watch.
    """

    frontier: Frontier
    read: Ask
    write: Ask
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    wake: Callable[[], None]
    say: Callable[[str, str], None]
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _shared: set[str] = field(default_factory=set)

    async def request(self, crawl: ConnectorCrawl, host: str) -> None:
        """Return when a request that is no URL of the frontier may leave."""
        await self.take(crawl, host)
        now = time.monotonic()
        start = self.frontier.reserve(crawl.connector_id, host, now)
        if start > now:
            await asyncio.sleep(start - now)

    async def take(self, crawl: ConnectorCrawl, host: str) -> None:
        """Return when it is this sync's turn at a host; once, say that another crawls it too."""
        while not self.frontier.is_ours(crawl.connector_id, host):
            async with self._locks[host]:
                if not self.frontier.is_ours(crawl.connector_id, host):
                    await self._wait_for_turn(crawl, host)

    async def _wait_for_turn(self, crawl: ConnectorCrawl, host: str) -> None:
        wish = HostPace(*crawl.pace)
        while isinstance(found := await self.write(partial(take_turn, host=host, wish=wish)), Holder):
            if host not in self._shared:
                self._shared.add(host)
                self.say(
                    crawl.name,
                    f"{host} is being crawled by {found.in_words} too: both take turns there, at the pace of "
                    "the stricter",
                )
            await asyncio.sleep(_ASKING_SECONDS)
        self.frontier.begin_turn(
            host, time.monotonic() + found.rest, found.pace.interval, found.pace.concurrency
        )
        self.wake()

    async def tend(self) -> None:
        """Until cancelled: keep the turns, and give up those that others wait for."""
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(_TENDING_SECONDS)
            now = time.monotonic()
            wanted = await self.read(wanted_turns)
            for host, pace in wanted.items():
                if self.frontier.end_turn(host, now - TURN_SECONDS):
                    self.spawn(self._give(host, pace))
            if now - renewed > LEASE.total_seconds() / 3:
                renewed = now
                await self._renew()

    async def _give(self, host: str, wanted: HostPace) -> None:
        self.frontier.tighten(host, wanted.interval, wanted.concurrency)
        while not self.frontier.is_at_rest(host):  # noqa: ASYNC110 - the frontier wakes nobody
            await asyncio.sleep(_ENDING_SECONDS)
        async with self._locks[host]:
            rest = max(self.frontier.leave(host) - time.monotonic(), 0.0)
            await self.write(partial(give_turn, host=host, rest=rest))
            self.frontier.left(host)
        self.wake()

    async def _renew(self) -> None:
        """Where a process was suspended for long, others have had its turns."""
        before = self.frontier.turns()
        kept = await self.write(renew_turns)
        for host in before.keys() - kept:
            self.frontier.left(host)

    async def end(self) -> None:
        """The sync asks nothing more."""
        now = time.monotonic()
        rests = {host: start - now for host, start in self.frontier.turns().items() if start > now}
        await self.write(partial(end_turns, rests=rests))
