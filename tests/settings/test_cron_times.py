"""When something is due by a cron expression, also in the nights when clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from settings.cron_times import next_time
from settings.schedule import cron

BERLIN = "Europe/Berlin"


def due(expression: str, zone: str, after: str, count: int = 1) -> list[str]:
    """The next moments, in UTC."""
    moment: datetime | None = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = []
    for _ in range(count):
        assert moment is not None
        moment = next_time(cron(expression), zone, moment)
        found.append("never" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}")
    return found


def test_the_hour_is_that_of_the_time_zone() -> None:
    assert due("0 2 * * *", BERLIN, "2026-01-10T12:00") == ["2026-01-11 01:00"]
    assert due("0 2 * * *", BERLIN, "2026-07-10T12:00") == ["2026-07-11 00:00"]
    assert due("0 2 * * *", "America/New_York", "2026-07-10T12:00") == ["2026-07-11 06:00"]


def test_the_moment_itself_is_not_its_own_successor() -> None:
    assert due("0 2 * * *", "UTC", "2026-01-10T02:00") == ["2026-01-11 02:00"]
    assert due("0 2 * * *", "UTC", "2026-01-10T01:59:59") == ["2026-01-10 02:00"]


def test_a_time_that_the_clocks_jump_over_is_due_once_when_they_have_moved() -> None:
    # 29 March 2026: 02:00 becomes 03:00, which is 01:00 UTC.
    assert due("30 2 * * *", BERLIN, "2026-03-27T12:00", 3) == [
        "2026-03-28 01:30",
        "2026-03-29 01:00",
        "2026-03-30 00:30",
    ]


def test_several_times_in_the_gap_are_due_once_together() -> None:
    assert due("*/15 2 * * *", BERLIN, "2026-03-29T00:30", 2) == ["2026-03-29 01:00", "2026-03-30 00:00"]


def test_a_time_that_comes_twice_is_due_the_first_time_only() -> None:
    # 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC; 02:30 is 00:30 UTC and 01:30 UTC.
    assert due("30 2 * * *", BERLIN, "2026-10-24T12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]
    assert due("30 2 * * *", BERLIN, "2026-10-25T01:10") == ["2026-10-26 01:30"]


def test_every_hour_is_every_hour_in_both_nights() -> None:
    assert due("0 * * * *", BERLIN, "2026-10-24T23:30", 4) == [
        "2026-10-25 00:00",
        "2026-10-25 01:00",
        "2026-10-25 02:00",
        "2026-10-25 03:00",
    ]
    assert due("0 * * * *", BERLIN, "2026-03-28T23:30", 3) == [
        "2026-03-29 00:00",
        "2026-03-29 01:00",
        "2026-03-29 02:00",
    ]


def test_every_twenty_minutes_goes_on_through_the_hour_that_comes_twice() -> None:
    assert due("*/20 * * * *", BERLIN, "2026-10-25T00:25", 4) == [
        "2026-10-25 00:40",
        "2026-10-25 01:00",
        "2026-10-25 01:20",
        "2026-10-25 01:40",
    ]


def test_a_change_of_half_an_hour_is_met_too() -> None:
    # Lord Howe Island, 4 October 2026: 02:00 becomes 02:30, at 15:30 UTC the day before.
    assert due("10 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00") == ["2026-10-03 15:30"]


def test_either_the_day_or_the_weekday_will_do_where_both_are_given() -> None:
    # 1 June 2026 is a Monday; then Fridays.
    assert due("0 3 1 * fri", "UTC", "2026-05-30T00:00", 3) == [
        "2026-06-01 03:00",
        "2026-06-05 03:00",
        "2026-06-12 03:00",
    ]


def test_sunday_is_0_and_7() -> None:
    for sunday in ("0", "7", "sun"):
        assert due(f"0 4 * * {sunday}", "UTC", "2026-06-03T00:00") == ["2026-06-07 04:00"]


def test_a_day_that_never_comes_is_never_due() -> None:
    assert due("0 0 30 2 *", "UTC", "2026-01-01T00:00") == ["never"]


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_moments_only_go_forward_all_year(zone: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    seen = 0
    while moment.year == 2026:
        following = next_time("30 2 * * *", zone, moment)
        assert following is not None
        assert following > moment
        moment = following.astimezone(UTC)
        seen += 1
    assert seen in {365, 366}
