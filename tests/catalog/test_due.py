"""When a known page is visited again, and how often it is supposed to change: pure decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.change_rate import estimate
from catalog.due import SITEMAP_TRUST, KnownPage, due, is_newer

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
DAY = timedelta(days=1)
KNOWN = KnownPage("unchanged", "link", 1, 0, NOW - DAY, NOW - DAY)

intervals = st.integers(0, 1_000)
spans = st.floats(0, 10_000).map(lambda days: days * DAY)


@given(intervals, spans, st.data())
def test_more_changes_in_the_same_time_are_a_higher_rate(
    n: int, watched: timedelta, data: st.DataObject
) -> None:
    changes = data.draw(st.integers(0, n))
    fewer = data.draw(st.integers(0, changes))
    rate = estimate(n, changes, watched).per_second
    assert rate > 0
    assert estimate(n, fewer, watched).per_second <= rate


@given(intervals, spans, spans, st.data())
def test_the_same_changes_in_more_time_are_a_lower_rate(
    n: int, one: timedelta, other: timedelta, data: st.DataObject
) -> None:
    changes = data.draw(st.integers(0, n))
    short, long = sorted((one, other))
    assert estimate(n, changes, long).per_second <= estimate(n, changes, short).per_second


def test_a_rate_is_found_though_two_changes_between_visits_look_like_one() -> None:
    """A Poisson process of one change a day, seen every two days: a visit in e⁻² finds none."""
    visits = 1_000
    changed = round(visits * (1 - 0.1353))
    rate = estimate(visits, changed, visits * 2 * DAY)
    assert rate.mean == pytest.approx(DAY, rel=0.03)


@pytest.mark.parametrize(
    ("page", "because"),
    [
        (replace(KNOWN, found_by="seed"), "crawls begin here"),
        (replace(KNOWN, state="queued"), "it was never visited"),
        (replace(KNOWN, state="failed"), "its last visit failed"),
        (replace(KNOWN, is_hub=True), "many pages were found on it, and new ones may be"),
        (replace(KNOWN, sitemap_lastmod=NOW - DAY / 2), "its sitemap says that it changed on 2026-11-25"),
        (
            replace(KNOWN, visits=11, changes=10, first_read_at=NOW - 11 * DAY),
            "it changes about every 16 hours and was visited 24 hours ago",
        ),
    ],
)
def test_what_is_due_says_why(page: KnownPage, because: str) -> None:
    decision = due(page, NOW)
    assert (decision.is_due, decision.because) == (True, because)


def test_what_is_not_due_says_why() -> None:
    assert due(KNOWN, NOW).because == "it changes about every 20 days and was visited 24 hours ago"
    assert not due(KNOWN, NOW).is_due
    silent = due(replace(KNOWN, sitemap_lastmod=NOW - 9 * DAY), NOW)
    assert (silent.is_due, silent.because) == (
        False,
        "its sitemap says nothing of a change since its last visit",
    )


def test_a_silent_sitemap_is_believed_for_a_while_only() -> None:
    page = replace(KNOWN, first_read_at=NOW - SITEMAP_TRUST, fetched_at=NOW - SITEMAP_TRUST)
    assert due(replace(page, sitemap_lastmod=NOW - 90 * DAY), NOW).is_due


@given(st.integers(1, 100), st.floats(0, 400), st.floats(0, 400))
def test_what_is_due_stays_due(visits: int, one: float, other: float) -> None:
    page = replace(KNOWN, visits=visits, first_read_at=NOW - 30 * DAY)
    early, late = sorted((one, other))
    if due(page, NOW + early * DAY).is_due:
        assert due(page, NOW + late * DAY).is_due


def test_a_sitemap_that_says_something_else_than_before_is_news() -> None:
    assert is_newer(NOW, NOW - DAY, NOW)
    assert not is_newer(NOW, NOW, NOW - DAY)
    assert is_newer(NOW - DAY / 2, None, NOW), "a date without a time, of the day of the visit"
    assert not is_newer(NOW - 2 * DAY, None, NOW)
    assert is_newer(NOW, None, None)
