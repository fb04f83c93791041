"""What robots.txt files said lately, kept in the catalog for a day (RFC 9309, 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from catalog import robots_cache
from crawler.fetch.robots_answer import RobotsAnswer

KEPT: Final = timedelta(hours=24)


def keep_robots(origin: str, answer: RobotsAnswer, connection: Connection) -> None:
    """Remember an answer."""
    now = datetime.now(UTC)
    kept = robots_cache.RobotsAnswer(origin, answer.status, answer.body, now, now + KEPT)
    robots_cache.save_robots(connection, [kept])


def kept_robots(origin: str, connection: Connection) -> RobotsAnswer | None:
    """The answer of the last day, or None."""
    kept = robots_cache.load_robots(connection, [origin]).get(origin)
    return None if kept is None else RobotsAnswer(kept.status, kept.body or b"")
