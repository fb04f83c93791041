"""What the query log comes to: counted by hand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catalog.activity import ActivityLog
from catalog.failed_queries import read_failed_queries, read_opened_instead
from catalog.query_log import Asked, Asker, AskerKind, Clicked
from catalog.query_statistics import (
    Kind,
    Period,
    QueryCount,
    Tally,
    read_days,
    read_latencies,
    read_tally,
    read_top_documents,
    read_top_queries,
)

MONDAY = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
WEEK = Period(MONDAY - timedelta(days=1), MONDAY + timedelta(days=6))


class Filled:
    """A log, and questions put into it."""

    def __init__(self, folder: Path) -> None:
        self.log = ActivityLog.open(folder)
        self._number = 0

    def ask(
        self, text: str, caller: str = "eva", *, after: int = 0, total: int = 3, confidence: str = "high",
        opens: tuple[str, int] | None = None, offset: int = 0, answers: int = 0,
    ) -> None:  # fmt: skip
        self._number += 1
        moment = MONDAY + timedelta(minutes=after)
        asked = Asked(
            f"q{self._number}", text, total, float(self._number), {}, Asker(AskerKind.USER, caller),
            offset=offset, confidence=confidence if total else None, answers=answers, asked_at=moment,
        )  # fmt: skip
        self.log.record(asked)
        if opens is not None:
            self.log.record(Clicked(asked.id, *opens, "", moment))


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    made = Filled(tmp_path)
    yield made
    made.log.close()


@pytest.fixture
def week(filled: Filled) -> Filled:
    filled.ask("Leave", opens=("d1", 1), answers=2)
    filled.ask("leave?", "bob", after=5, opens=("d2", 3))
    filled.ask("leave", "bob", after=6)
    filled.ask("leave", "bob", after=6, offset=10, opens=("d1", 11))
    filled.ask("vpn", total=0, after=60)
    filled.ask("roof", confidence="low", after=61)
    filled.ask("", after=62)
    filled.ask("long ago", after=-60 * 24 * 30)
    filled.log.flush()
    return filled


def test_a_period_is_counted(week: Filled) -> None:
    with week.log.read() as connection:
        assert read_tally(connection, WEEK) == Tally(
            queries=5,
            callers=2,
            zero_results=1,
            low_confidence=1,
            no_clicks=2,
            answered=1,
            clicks=2,
            click_position=2.0,
        )


def test_each_day_is_counted(week: Filled) -> None:
    with week.log.read() as connection:
        days = read_days(connection, WEEK)
    assert list(days) == [date(2026, 11, 2), date(2026, 11, 3)]
    assert [tally.queries for tally in days.values()] == [3, 2]
    assert days[date(2026, 11, 3)].click_position is None


def test_an_empty_period_is_all_zeros(week: Filled) -> None:
    empty = Period(WEEK.until, WEEK.until + timedelta(days=1))
    with week.log.read() as connection:
        assert read_tally(connection, empty) == Tally(0, 0, 0, 0, 0, 0, 0, None)
        assert read_days(connection, empty) == {}
        assert read_latencies(connection, empty) == {50: None, 95: None, 99: None}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.ALL, ["leave", "roof", "vpn"]),
        (Kind.ZERO_RESULTS, ["vpn"]),
        (Kind.LOW_CONFIDENCE, ["roof"]),
        (Kind.NO_CLICKS, ["leave", "roof"]),
    ],
)
def test_the_most_frequent_questions_of_a_kind_are_told(
    week: Filled, kind: Kind, expected: list[str]
) -> None:
    with week.log.read() as connection:
        found = read_top_queries(connection, WEEK, kind, 10)
        assert [each.query for each in found] == expected
        assert len(read_top_queries(connection, WEEK, kind, 1)) == 1
    if kind is Kind.ALL:
        assert found[0] == QueryCount("leave", count=3, callers=2, clicks=2, click_position=2.0)


def test_latencies_are_those_of_the_nearest_rank(filled: Filled) -> None:
    for _ in range(100):
        filled.ask("leave")
    filled.log.flush()
    with filled.log.read() as connection:
        assert read_latencies(connection, WEEK) == {50: 50.0, 95: 95.0, 99: 99.0}


def test_documents_are_counted_by_clicks_on_every_page(week: Filled) -> None:
    with week.log.read() as connection:
        assert read_top_documents(connection, WEEK, 10) == {"d1": 2, "d2": 1}


def test_what_failed_and_what_was_opened_instead_are_told(filled: Filled) -> None:
    for caller in ("eva", "bob"):
        filled.ask("holiday rules", caller, total=0)
        filled.ask("annual leave", caller, after=3, opens=("d1", 1))
        filled.ask("doubtful", caller, after=60, confidence="low", opens=("d2", 4))
        filled.ask("vpn", caller, after=120, opens=("d3", 1))
    filled.log.flush()
    with filled.log.read() as connection:
        failed = read_failed_queries(connection, WEEK)
        instead = read_opened_instead(connection, WEEK)
    assert {each.query for each in failed} == {"holiday rules", "doubtful"}
    assert {(each.normal, each.then_asked, each.document_id, each.callers) for each in instead} == {
        ("holiday rules", "annual leave", "d1", 2),
        ("doubtful", "doubtful", "d2", 2),
    }
