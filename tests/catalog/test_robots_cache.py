"""Answers about robots.txt are kept until they expire."""

from __future__ import annotations

from datetime import timedelta

from catalog.database import Catalog
from catalog.robots_cache import RobotsAnswer, load_robots, save_robots
from tests.catalog.rows import NOON

DAY = timedelta(days=1)
READ = RobotsAnswer("https://a.example", 200, b"User-agent: *\nDisallow: /x", NOON, NOON + DAY)
UNREACHABLE = RobotsAnswer("https://b.example:8443", None, None, NOON, NOON + DAY / 24, "timed out")


def test_an_answer_is_known_until_it_expires(catalog: Catalog) -> None:
    origins = [READ.origin, UNREACHABLE.origin, "https://c.example"]
    with catalog.write() as connection:
        save_robots(connection, [READ, UNREACHABLE])
        save_robots(connection, [])
        assert load_robots(connection, origins, NOON) == {READ.origin: READ, UNREACHABLE.origin: UNREACHABLE}
        assert load_robots(connection, origins, UNREACHABLE.expires_at) == {READ.origin: READ}


def test_an_answer_of_the_future_is_asked_for_again(catalog: Catalog) -> None:
    """The clock was hours ahead when it was read: it would be believed for hours too long."""
    with catalog.write() as connection:
        save_robots(connection, [READ])
        assert load_robots(connection, [READ.origin], NOON - DAY / 24 / 30) == {READ.origin: READ}
        assert load_robots(connection, [READ.origin], NOON - DAY / 4) == {}


def test_a_new_answer_replaces_the_old_one(catalog: Catalog) -> None:
    newer = RobotsAnswer(READ.origin, 404, b"", NOON + DAY, NOON + 2 * DAY)
    with catalog.write() as connection:
        save_robots(connection, [READ])
        save_robots(connection, [newer])
        assert load_robots(connection, [READ.origin], NOON + DAY) == {READ.origin: newer}
