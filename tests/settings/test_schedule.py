"""Cron expressions mean what cron says, whatever the scheduler counts from."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from settings.schedule import cron, time_zone

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "normal"),
    [
        ("0 2 * * *", "0 2 * * *"),
        ("*/15 8-18 1,15 JAN *", "*/15 8-18 1,15 jan *"),
        ("0 2 * * 1-5", "0 2 * * mon,tue,wed,thu,fri"),
        ("0 2 * * 0", "0 2 * * sun"),
        ("0 2 * * 7", "0 2 * * sun"),
        ("0 2 * * fri-mon", "0 2 * * sun,mon,fri,sat"),
        ("0 2 * * */2", "0 2 * * sun,tue,thu,sat"),
        ("0 2 * * 5-7", "0 2 * * sun,fri,sat"),
        ("0 2 * * Mon,3", "0 2 * * mon,wed"),
    ],
)
def test_weekdays_become_names(expression: str, normal: str) -> None:
    assert cron(expression) == normal


@given(st.integers(min_value=0, max_value=7))
def test_the_scheduler_runs_on_the_weekday_that_cron_means(number: int) -> None:
    trigger = CronTrigger.from_crontab(cron(f"0 2 * * {number}"), timezone="UTC")
    assert trigger.get_next_fire_time(None, MONDAY).isoweekday() % 7 == number % 7


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("0 2 * *", "five parts, not 4"),
        ("daily", "five parts, not 1"),
        ("60 2 * * *", "the minute goes from 0 to 59"),
        ("0 24 * * *", "the hour goes from 0 to 23"),
        ("0 0 32 * *", "the day goes from 1 to 31"),
        ("0 0 * 13 *", "the month goes from 1 to 12 or jan to dec"),
        ("0 0 * * 8", r"the weekday goes from 0 \(Sunday\) to 6, or sun to sat"),
        ("0 0 * * foo", r"the weekday goes from 0 \(Sunday\) to 6, or sun to sat"),
    ],
)
def test_the_part_that_is_wrong_is_named(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"such as 0 2 \* \* \*: {message}$"):
        cron(expression)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_time_zones_of_the_database(name: str) -> None:
    assert time_zone(name) == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Europe/Berln", "must be the name of a time zone; did you mean `Europe/Berlin`?"),
        ("Nowhere at all", "must be the name of a time zone such as Europe/Berlin"),
        ("../../etc/passwd", "must be the name of a time zone such as Europe/Berlin"),
    ],
)
def test_an_unknown_time_zone(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        time_zone(name)
