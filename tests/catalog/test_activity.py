"""Queries, clicks and feedback: written in the background, kept apart from the catalog."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.activity import ActivityLog, Asked, Clicked, Judged, clicks, feedback, queries
from catalog.errors import CatalogError
from tests.catalog.rows import NOON


def asked(number: int, text: str = "holidays") -> Asked:
    return Asked(f"q{number}", text, 3, 12.5, ["d1", "d2"], caller="eva", asked_at=NOON)


def test_what_is_recorded_can_be_read_once_flushed(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path / "data")
    log.record(asked(1))
    log.record(Clicked("q1", "d2", NOON))
    log.record(Judged("q1", "d2", True, NOON))
    log.flush()
    with log.read() as connection:
        (query,) = connection.execute(select(queries))
        (click,) = connection.execute(select(clicks))
        (judgement,) = connection.execute(select(feedback))
    assert query._mapping == {
        "id": "q1",
        "asked_at": NOON,
        "caller": "eva",
        "text": "holidays",
        "filter": None,
        "total": 3,
        "took_ms": 12.5,
        "results": ["d1", "d2"],
    }
    assert (click.query_id, click.document_id, click.at) == ("q1", "d2", NOON)
    assert (judgement.relevant, judgement.at) == (True, NOON)
    log.close()


def test_closing_writes_what_waits_and_opening_again_finds_it(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path)
    for number in range(1200):
        log.record(asked(number))
    log.close()
    again = ActivityLog.open(tmp_path)
    with again.read() as connection:
        assert len(connection.execute(select(queries.c.id)).all()) == 1200
    assert again.dropped == 0
    again.close()


def test_two_services_share_the_file(tmp_path: Path) -> None:
    logs = [ActivityLog.open(tmp_path) for _ in range(2)]
    for number, log in enumerate(logs):
        log.record(asked(number))
        log.flush()
    with logs[0].read() as connection:
        assert len(connection.execute(select(queries.c.id)).all()) == 2
    for log in logs:
        log.close()


def test_an_answer_told_twice_is_kept_once_and_odd_text_is_no_obstacle(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path)
    log.record(asked(1, "a\ud800\0b"))
    log.record(asked(1, "told again"))
    log.flush()
    with log.read() as connection:
        assert connection.scalars(select(queries.c.text)).all() == ["a\ufffd\ufffdb"]
    log.close()


def test_events_that_cannot_be_written_are_counted_and_the_next_ones_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = ActivityLog.open(tmp_path)
    other = sqlite3.connect(tmp_path / "activity.db")
    other.execute("ALTER TABLE clicks RENAME TO elsewhere")
    with caplog.at_level(logging.WARNING):
        log.record(Clicked("q1", "d1"))
        log.flush()
    assert log.dropped == 1
    assert "1 search events were lost" in caplog.text
    other.execute("ALTER TABLE elsewhere RENAME TO clicks")
    other.close()
    log.record(Clicked("q2", "d1"))
    log.flush()
    with log.read() as connection:
        assert connection.scalars(select(clicks.c.query_id)).all() == ["q2"]
    log.close()


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    ActivityLog.open(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "activity.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(CatalogError, match="newer Sitelore"):
        ActivityLog.open(tmp_path)
