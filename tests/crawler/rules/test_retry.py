"""When a failed fetch is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.vocabulary import Reason
from crawler.rules.retry import (
    MAX_ATTEMPTS,
    MAX_DELAY_SECONDS,
    MAX_RETRY_AFTER_SECONDS,
    answered_at,
    retry_after_seconds,
    retry_delay,
    should_retry,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999", MAX_RETRY_AFTER_SECONDS),
        ("9" * 10_000, MAX_RETRY_AFTER_SECONDS),
        ("Mon, 23 Nov 2026 09:31:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 09:31:30", 90.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2099 09:00:00 GMT", MAX_RETRY_AFTER_SECONDS),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_a_date_to_retry_after_is_by_the_servers_clock_whatever_ours_says(hours: int) -> None:
    ours = NOW + timedelta(hours=hours)
    said = answered_at("Mon, 23 Nov 2026 09:30:00 GMT", ours)
    assert retry_after_seconds("Mon, 23 Nov 2026 09:31:30 GMT", said) == 90.0


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_a_server_that_says_no_time_has_ours(date: str | None) -> None:
    assert answered_at(date, NOW) == NOW


def test_back_off_doubles_up_to_a_ceiling_and_half_of_it_is_random() -> None:
    assert [retry_delay(attempts, jitter=1.0) for attempts in (1, 2, 3)] == [2.0, 4.0, 8.0]
    assert [retry_delay(attempts, jitter=0.0) for attempts in (1, 2, 3)] == [1.0, 2.0, 4.0]
    assert retry_delay(1_000, jitter=1.0) == MAX_DELAY_SECONDS


@given(st.integers(0, 10_000))
def test_a_delay_is_always_positive_and_bounded(attempts: int) -> None:
    assert 0 < retry_delay(attempts) <= MAX_DELAY_SECONDS


def test_the_server_has_the_last_word_up_to_an_hour() -> None:
    assert retry_delay(3, retry_after=7.0) == 7.0
    assert retry_delay(3, retry_after=1e9) == MAX_RETRY_AFTER_SECONDS


@pytest.mark.parametrize(
    "reason", [Reason.TIMEOUT, Reason.RATE_LIMITED, Reason.SERVER_ERROR, Reason.DNS_FAILED]
)
def test_passing_faults_are_retried_a_few_times(reason: Reason) -> None:
    assert should_retry(reason, 1)
    assert not should_retry(reason, MAX_ATTEMPTS)


@pytest.mark.parametrize("reason", [Reason.TLS_FAILED, Reason.FORBIDDEN, Reason.TOO_LARGE, Reason.NOT_FOUND])
def test_lasting_faults_are_not_retried(reason: Reason) -> None:
    assert not should_retry(reason, 1)
