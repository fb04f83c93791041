"""Hosts that stopped answering are left alone, with what was seen last."""

from __future__ import annotations

import pytest

from catalog.vocabulary import ALLOWED, Reason, refused
from crawler.sync.host_health import FAILURES_IN_A_ROW, HostHealth


def failing(times: int, reason: Reason = Reason.CONNECTION_FAILED) -> HostHealth:
    health = HostHealth()
    for number in range(times):
        health.failed("wiki.test", reason, f"attempt {number}")
    return health


def test_a_host_is_left_alone_after_enough_failures_in_a_row() -> None:
    assert failing(FAILURES_IN_A_ROW - 1).decide("wiki.test") == ALLOWED
    assert failing(FAILURES_IN_A_ROW).decide("wiki.test") == refused(
        Reason.CONNECTION_FAILED, "left alone after 12 failures in a row: attempt 11"
    )


def test_one_answer_between_them_starts_the_count_anew() -> None:
    health = failing(FAILURES_IN_A_ROW - 1)
    health.answered("wiki.test")
    health.failed("wiki.test", Reason.TIMEOUT, "slow")
    assert health.decide("wiki.test") == ALLOWED


@pytest.mark.parametrize("reason", [Reason.SERVER_ERROR, Reason.RATE_LIMITED, Reason.PROTOCOL_ERROR])
def test_an_error_that_the_server_itself_wrote_is_an_answer(reason: Reason) -> None:
    health = failing(FAILURES_IN_A_ROW - 1)
    health.failed("wiki.test", reason, "the server answered")
    health.failed("wiki.test", Reason.TIMEOUT, "slow")
    assert health.decide("wiki.test") == ALLOWED


def test_what_a_proxy_fails_at_is_neither_an_answer_nor_a_failure_of_the_host() -> None:
    health = failing(FAILURES_IN_A_ROW - 1)
    for _ in range(FAILURES_IN_A_ROW):
        health.failed("wiki.test", Reason.PROXY_FAILED, "the proxy refuses connections")
    assert health.decide("wiki.test") == ALLOWED
    health.failed("wiki.test", Reason.TIMEOUT, "slow")
    assert not health.decide("wiki.test").allowed


def test_another_host_is_not_blamed() -> None:
    assert failing(FAILURES_IN_A_ROW).decide("handbook.test") == ALLOWED
