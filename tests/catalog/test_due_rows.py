"""What the database selects as due is what the pure decision calls due; over SQLite and PostgreSQL."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.due import due
from catalog.due_rows import is_due
from catalog.hubs import FEWEST_HUBS, SMALLEST_HUB, is_hub, note_hubs
from catalog.revisits import known_page, queue_due
from catalog.runs import begin_run, finish_run
from catalog.tables import hubs, urls
from catalog.task import FoundBy
from catalog.vocabulary import RunMode, RunState, UrlState
from tests.catalog.rows import add_url

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
PAGES = 400
MARK = b"these rules read"


def history(chance: random.Random) -> dict[str, Any]:
    """Everything that bears on the decision, at random; moments to the second, none of them a tie."""
    visits = chance.choice((0, 1, 2, 5, 40, 300))
    fetched_at = NOW - timedelta(seconds=chance.randrange(60 * 86_400))
    return {
        "state": chance.choice(("unchanged", "indexed", "gone", "duplicate", "failed", "queued", "refused")),
        "reason": chance.choice((None, None, None, "soft_404", "maintenance_page")),
        "found_by": chance.choice(("link", "link", "link", "sitemap", "seed", "orphan")),
        "visits": visits,
        "changes": chance.randrange(visits) if visits > 1 else 0,
        "first_read_at": chance.choice((None, fetched_at - timedelta(days=chance.randrange(400)))),
        "fetched_at": chance.choice((None, *[fetched_at] * 9)),
        "sitemap_lastmod": chance.choice(
            (None, None, NOW - timedelta(seconds=chance.randrange(90 * 86_400)))
        ),
    }


def pages(connection: Connection) -> None:
    chance = random.Random(3)
    for number in range(PAGES):
        row = {"read_by": MARK, "content_hash": MARK} | history(chance)
        url_id = add_url(connection, f"https://a.example/{number}", **row)
        if chance.random() < 0.05:
            connection.execute(hubs.insert().values(url_id=url_id, connector_id=1))


def test_the_database_selects_what_the_decision_calls_due(catalog: Catalog) -> None:
    with catalog.write() as connection:
        pages(connection)
        rows = connection.execute(select(urls)).all()
        expected = {
            row.id for row in rows if due(known_page(row, is_hub=is_hub(connection, row.id)), NOW).is_due
        }
        dialect = connection.dialect.name
        selected = set(connection.scalars(select(urls.c.id).where(is_due(NOW, dialect))))
    assert selected == expected
    assert PAGES / 4 < len(expected) < PAGES


def test_a_page_is_due_from_the_moment_that_was_foretold(catalog: Catalog) -> None:
    with catalog.write() as connection:
        pages(connection)
        waiting = {
            row.id: (known_page(row), at)
            for row in connection.execute(select(urls))
            if (at := due(known_page(row), NOW).at) is not None
        }
    assert len(waiting) > PAGES / 10
    second = timedelta(seconds=1)
    assert all(due(page, at + second).is_due for page, at in waiting.values())
    assert not any(due(page, at - second).is_due for page, at in waiting.values())


def ended_run(connection: Connection, number: int, settings: str) -> int:
    run = begin_run(connection, number, RunMode.FULL, settings)
    finish_run(connection, run.id, RunState.SUCCEEDED, counts={}, seconds=1.0)
    return run.id


def test_what_is_due_is_queued_and_judged_only_where_other_settings_met_it(catalog: Catalog) -> None:
    judged: list[str] = []

    def may_visit(url: str, _depth: int, _found_by: FoundBy) -> bool:
        judged.append(url)
        return not url.endswith("forbidden")

    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        old, like = (ended_run(connection, number, settings) for settings in ("former settings", "settings"))
        run = begin_run(connection, number, RunMode.INCREMENTAL, "settings").id
        due_now: dict[str, Any] = {"state": "failed", "fetched_at": NOW, "found_by": "link"}
        add_url(connection, "https://a.example/same", **due_now, run_id=like)
        add_url(connection, "https://a.example/other", **due_now, run_id=old)
        add_url(connection, "https://a.example/forbidden", **due_now, run_id=old)
        noindex: dict[str, Any] = due_now | {
            "state": "refused",
            "reason": "noindex",
            "read_by": b"other rules read",
        }
        add_url(connection, "https://a.example/noindex", **noindex, run_id=like)
        never_asked: dict[str, Any] = {"state": "refused", "reason": "nofollow", "found_by": "link"}
        add_url(connection, "https://a.example/nofollow", **never_asked, run_id=like)
        stands: dict[str, Any] = due_now | {"state": "unchanged", "read_by": MARK, "content_hash": MARK}
        add_url(connection, "https://a.example/stands", **stands, run_id=like)
        queued = queue_due(connection, number, run, NOW, may_visit, mark=MARK)
        waiting = set(connection.scalars(select(urls.c.url).where(urls.c.state == UrlState.QUEUED)))
    assert waiting == {f"https://a.example/{name}" for name in ("same", "other", "noindex")}
    assert queued == 3
    assert judged == [f"https://a.example/{name}" for name in ("other", "forbidden", "noindex")]


def test_the_pages_on_which_most_others_were_found_are_hubs(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        finders = [add_url(connection, f"https://a.example/list/{each}") for each in range(FEWEST_HUBS + 5)]
        for place, finder in enumerate(finders):
            for item in range(SMALLEST_HUB + place if place else SMALLEST_HUB - 1):
                link: dict[str, Any] = {"referrer_id": finder, "found_by": "link"}
                add_url(connection, f"https://a.example/{place}/{item}", **link)
        note_hubs(connection, number)
        note_hubs(connection, number)
        noted = [is_hub(connection, finder) for finder in finders]
    assert noted == [False] * 5 + [True] * FEWEST_HUBS
