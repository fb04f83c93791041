"""Answers to requests for robots.txt, kept per origin until they expire, shared by all connectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from catalog.dialect import put
from catalog.tables import robots

_TOLERANCE: Final = timedelta(minutes=5)
"""By so much the clocks of crawlers that share a database may differ."""


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What an origin (`https://host[:port]`) said; `status` is None and `error` set where it said nothing."""

    origin: str
    status: int | None
    body: bytes | None
    fetched_at: datetime
    expires_at: datetime
    error: str | None = None


def load_robots(
    connection: Connection, origins: Iterable[str], now: datetime | None = None
) -> dict[str, RobotsAnswer]:
    """The answers of these origins that have not expired.

    One that was fetched in the future is none: the clock was set back, and would keep it for too long.
    """
    now = now or datetime.now(UTC)
    statement = select(robots).where(
        robots.c.origin.in_(list(origins)), robots.c.expires_at > now, robots.c.fetched_at <= now + _TOLERANCE
    )
    return {row.origin: RobotsAnswer(**row._mapping) for row in connection.execute(statement)}


def save_robots(connection: Connection, answers: Iterable[RobotsAnswer]) -> None:
    """Keep answers, each in place of the former one of its origin."""
    put(connection, robots, map(asdict, answers))
