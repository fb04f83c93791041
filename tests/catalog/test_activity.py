"""Queries, clicks and feedback: written in the background, kept apart from the catalog."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.activity import ActivityLog
from catalog.errors import CatalogError
from catalog.query_log import (
    Asked,
    Asker,
    AskerKind,
    Clicked,
    Judged,
    clicks,
    feedback,
    normal_query,
    queries,
    read_shown,
)
from tests.catalog.rows import NOON

EVA = Asker(AskerKind.USER, "ingeborg")


def asked(number: int, text: str = "holidays", asker: Asker = EVA) -> Asked:
    return Asked(f"q{number}", text, 3, 12.5, {"d1": 1, "d2": 2}, asker, ranking="r1", asked_at=NOON)


def test_what_is_recorded_can_be_read_once_flushed(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path / "data")
    log.record(asked(1, "Holidays  in 2026?"))
    log.record(Clicked("q1", "d2", 2, "r1", NOON))
    log.record(Judged("q1", "d2", True, 2, "r1", NOON))
    log.flush()
    with log.read() as connection:
        (query,) = connection.execute(select(queries))
        (click,) = connection.execute(select(clicks))
        (judgement,) = connection.execute(select(feedback))
        shown = read_shown(connection, "q1")
        assert read_shown(connection, "q2") is None
    told = {name: value for name, value in query._mapping.items() if name != "caller"}
    assert told == {
        "id": "q1", "asked_at": NOON, "text": "Holidays  in 2026?", "normal": "holidays in 2026",
        "language": None, "filter": None, "kind": "user", "user": None, "offset": 0, "total": 3,
        "confidence": None, "answers": 0, "took_ms": 12.5, "ranking": "r1", "results": {"d1": 1, "d2": 2},
    }  # fmt: skip
    assert shown is not None
    assert (shown.positions, shown.ranking) == ({"d1": 1, "d2": 2}, "r1")
    assert (click.query_id, click.document_id, click.position, click.at) == ("q1", "d2", 2, NOON)
    assert (judgement.relevant, judgement.position, judgement.at) == (True, 2, NOON)
    log.close()


def test_callers_are_told_apart_without_their_names(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path)
    askers = [EVA, EVA, Asker(AskerKind.KEY, "ingeborg"), Asker(AskerKind.PUBLIC, "10.0.0.1"), Asker()]
    for number, asker in enumerate(askers):
        log.record(asked(number, asker=asker))
    log.close()
    again = ActivityLog.open(tmp_path)
    again.record(asked(9))
    again.flush()
    with again.read() as connection:
        callers = connection.scalars(select(queries.c.caller).order_by(queries.c.id)).all()
    again.close()
    assert callers[0] == callers[1] == callers[5], "one caller stays one, over restarts too"
    assert len(set(callers)) == 4
    assert callers[4] is None
    assert b"ingeborg" not in (tmp_path / "activity.db").read_bytes()


def test_names_are_kept_where_they_are_wanted(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path, keeps_users=True)
    log.record(asked(1))
    log.record(asked(2, asker=Asker(AskerKind.PUBLIC, "10.0.0.1")))
    log.flush()
    with log.read() as connection:
        assert connection.scalars(select(queries.c.user).order_by(queries.c.id)).all() == ["ingeborg", None]
    log.close()


def test_what_is_older_than_it_may_be_is_forgotten(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path)
    long_ago = datetime.now(UTC) - timedelta(days=31)
    log.record(Asked("q1", "lunch", 0, 1.0, {}, asked_at=long_ago))
    log.record(Clicked("q1", "d1", 1, "r1", long_ago))
    log.record(Judged("q1", "d1", True, 1, "r1", long_ago))
    log.close()
    again = ActivityLog.open(tmp_path, keep=timedelta(days=30))
    again.record(Asked("q2", "lunch", 0, 1.0, {}))
    again.flush()
    with again.read() as connection:
        assert connection.scalars(select(queries.c.id)).all() == ["q2"]
        assert not connection.execute(select(clicks.c.id).union_all(select(feedback.c.id))).all()
    again.close()


def test_of_clicks_the_first_is_kept_and_of_judgements_the_last(tmp_path: Path) -> None:
    log = ActivityLog.open(tmp_path)
    for relevant in (True, False):
        log.record(Clicked("q1", "d1", 1, "r1"))
        log.record(Judged("q1", "d1", relevant, 1, "r1"))
    log.flush()
    log.record(Judged("q1", "d1", True, 1, "r1"))
    log.flush()
    with log.read() as connection:
        assert len(connection.execute(select(clicks)).all()) == 1
        assert connection.scalars(select(feedback.c.relevant)).all() == [True]
    log.close()


@pytest.mark.parametrize(
    "text", ["Parental  leave?", " PARENTAL LEAVE.", "ｐarental leave", "parental leave"]
)
def test_queries_that_differ_in_nothing_that_matters_count_as_one(text: str) -> None:
    assert normal_query(text) == "parental leave"


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
        log.record(Clicked("q1", "d1", 1, "r1"))
        log.flush()
    assert log.dropped == 1
    assert "1 search events were lost" in caplog.text
    other.execute("ALTER TABLE elsewhere RENAME TO clicks")
    other.close()
    log.record(Clicked("q2", "d1", 1, "r1"))
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


def test_a_file_of_the_first_schema_keeps_its_rows(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "activity.db")
    connection.executescript(
        """
        CREATE TABLE queries (id VARCHAR(32) PRIMARY KEY, asked_at DATETIME NOT NULL, caller TEXT,
            text TEXT NOT NULL, filter JSON, total INTEGER NOT NULL, took_ms FLOAT NOT NULL,
            results JSON NOT NULL);
        CREATE INDEX ix_queries_asked_at ON queries (asked_at);
        CREATE TABLE clicks (id INTEGER PRIMARY KEY, query_id VARCHAR(32) NOT NULL,
            document_id VARCHAR(32) NOT NULL, at DATETIME NOT NULL);
        CREATE INDEX ix_clicks_query_id ON clicks (query_id);
        CREATE TABLE feedback (id INTEGER PRIMARY KEY, query_id VARCHAR(32) NOT NULL,
            document_id VARCHAR(32) NOT NULL, relevant BOOLEAN NOT NULL, at DATETIME NOT NULL);
        CREATE INDEX ix_feedback_document_id ON feedback (document_id);
        INSERT INTO queries VALUES
            ('q1', '2026-11-01 12:00:00.000000', NULL, 'Lunch', NULL, 2, 3.5, '["d2","d1"]');
        INSERT INTO clicks VALUES (1, 'q1', 'd2', '2026-11-01 12:00:01.000000');
        PRAGMA user_version = 1;
        """
    )
    connection.close()
    log = ActivityLog.open(tmp_path)
    log.record(asked(2))
    log.flush()
    with log.read() as reading:
        rows = reading.execute(select(queries.c.normal, queries.c.results).order_by(queries.c.id)).all()
        assert [tuple(row) for row in rows] == [
            ("lunch", {"d2": 1, "d1": 2}),
            ("holidays", {"d1": 1, "d2": 2}),
        ]
        assert reading.scalars(select(clicks.c.document_id)).all() == ["d2"]
    log.close()
