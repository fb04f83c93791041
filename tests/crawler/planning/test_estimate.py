"""How long a crawl takes: the slowest host decides, at the stricter of its rate and its own delay."""

from __future__ import annotations

import pytest

from catalog.vocabulary import Reason
from crawler.planning.estimate import Estimator
from crawler.planning.groups import EXAMPLES, Group, Groups


def test_the_host_with_the_most_pages_decides_at_the_allowed_rate() -> None:
    estimator = Estimator(interval=0.2, concurrency=4)
    for number in range(150):
        estimator.add("big.example" if number < 100 else "small.example", 1_000, 50)
    estimate = estimator.estimate(most_pages=10_000)
    assert (estimate.pages, estimate.bytes, estimate.slowest_host) == (150, 150_000, "big.example")
    assert estimate.seconds == pytest.approx(20.0)


def test_a_crawl_delay_that_is_stricter_wins() -> None:
    estimator = Estimator(interval=0.2, concurrency=4)
    for host in ("a.example", "a.example", "b.example"):
        estimator.add(host, None, None)
    estimator.delay("b.example", 5.0)
    assert estimator.estimate(most_pages=10).seconds == pytest.approx(5.0)
    assert estimator.estimate(most_pages=10).seconds_per_request == pytest.approx(5.0)


def test_max_pages_caps_an_estimate() -> None:
    estimator = Estimator(interval=1.0, concurrency=1)
    for _ in range(100):
        estimator.add("a.example", 10, 1)
    estimate = estimator.estimate(most_pages=25)
    assert (estimate.pages, estimate.bytes) == (25, 250)
    assert estimate.seconds == pytest.approx(25.0)


def test_nothing_to_crawl_takes_no_time() -> None:
    estimate = Estimator(1.0, 1).estimate(10)
    assert (estimate.pages, estimate.seconds, estimate.slowest_host) == (0, 0.0, None)


def test_groups_keep_counts_of_all_and_some_examples_the_largest_first() -> None:
    groups = Groups()
    groups.add("too_deep", "scope.max_depth 1", "https://a.example/deep")
    for number in range(9):
        groups.add("noindex", "robots noindex", f"https://a.example/{number}")
    first, second = groups
    assert (first.reason, first.count, len(first.examples)) == (Reason.NOINDEX, 9, EXAMPLES)
    assert second == Group(Reason.TOO_DEEP, "scope.max_depth 1", 1, ("https://a.example/deep",))
    assert groups.total == 10
