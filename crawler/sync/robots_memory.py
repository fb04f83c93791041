"""What robots.txt files said lately, kept in the catalog for a day (RFC 9309, 2.4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog import robots_cache
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.sync.connector_crawl import ConnectorCrawl

KEPT: Final = timedelta(hours=24)


Ask = Callable[[Callable[[Connection], RobotsAnswer | None]], Awaitable[RobotsAnswer | None]]
Write = Callable[[Callable[[Connection], None]], Awaitable[None]]


async def learn_robots(
    crawl: ConnectorCrawl, origin: str, ask: Ask, write: Write, say: Callable[[str], None]
) -> None:
    """Have an origin's robots.txt read, and keep what it answered."""

    def recall(origin: str) -> Awaitable[RobotsAnswer | None]:
        return ask(partial(kept_robots, origin))

    answer = await crawl.robots.read(origin, crawl.fetcher.fetch_robots, recall, say)
    if answer.status is not None and answer.status < 500:
        await write(partial(keep_robots, origin, answer))


def keep_robots(origin: str, answer: RobotsAnswer, connection: Connection) -> None:
    """Remember an answer."""
    now = datetime.now(UTC)
    kept = robots_cache.RobotsAnswer(origin, answer.status, answer.body, now, now + KEPT)
    robots_cache.save_robots(connection, [kept])


def kept_robots(origin: str, connection: Connection) -> RobotsAnswer | None:
    """The answer of the last day, or None."""
    kept = robots_cache.load_robots(connection, [origin]).get(origin)
    return None if kept is None else RobotsAnswer(kept.status, kept.body or b"")
