"""Turns at hosts over both databases: one process at a time has a host, and no one has it for ever."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from catalog.database import Catalog
from catalog.holder import Holder
from catalog.host_turns import (
    LONGEST_REST,
    NO_WISH,
    HostPace,
    Turn,
    end_turns,
    give_turn,
    renew_turns,
    take_turn,
    wanted_turns,
)
from catalog.tables import host_turns

HOST = "a.example"
FAST, SLOW = HostPace(0.2, 8), HostPace(2.0, 4)

# Of other hosts, so that nobody here can tell whether they live: the lease decides.
NORTH, SOUTH, EAST = (Holder(f"crawler-{name}", 4711, "t0ken", 1, 2) for name in ("north", "south", "east"))


@pytest.fixture
def take(catalog: Catalog) -> Callable[..., Turn | Holder]:
    def taken(process: Holder, wish: HostPace = FAST, host: str = HOST) -> Turn | Holder:
        with catalog.write() as connection:
            return take_turn(connection, host, wish, process=process)

    return taken


@pytest.fixture
def give(catalog: Catalog) -> Callable[..., None]:
    def given(process: Holder, rest: float = 0.0) -> None:
        with catalog.write() as connection:
            give_turn(connection, HOST, rest, process=process)

    return given


Take = Callable[..., Turn | Holder]
Give = Callable[..., None]


def wanted(catalog: Catalog, process: Holder) -> dict[str, HostPace]:
    with catalog.read() as connection:
        return wanted_turns(connection, process=process)


def end(catalog: Catalog, process: Holder, rest: float = 0.0) -> None:
    with catalog.write() as connection:
        end_turns(connection, {HOST: rest} if rest else {}, process=process)


def rows(catalog: Catalog) -> int:
    with catalog.read() as connection:
        return connection.scalar(select(func.count()).select_from(host_turns)) or 0


def test_a_host_that_nobody_asks_is_taken_at_once_and_taken_again_by_who_has_it(take: Take) -> None:
    assert take(NORTH) == Turn(0.0, FAST)
    assert take(NORTH) == Turn(0.0, FAST)


def test_the_second_hears_who_asks_the_host_and_other_hosts_are_free(take: Take) -> None:
    take(NORTH)
    assert take(SOUTH) == NORTH
    assert take(SOUTH, host="b.example") == Turn(0.0, FAST)


def test_who_has_a_turn_sees_that_another_waits_and_the_stricter_wish(catalog: Catalog, take: Take) -> None:
    take(NORTH, HostPace(0.1, 2))
    assert wanted(catalog, NORTH) == {}
    take(SOUTH, HostPace(2.0, 8))
    assert wanted(catalog, NORTH) == {HOST: HostPace(2.0, 2)}
    assert wanted(catalog, SOUTH) == {}


def test_a_turn_given_up_goes_to_who_waited_with_what_is_left_of_the_interval(take: Take, give: Give) -> None:
    take(NORTH, SLOW)
    take(SOUTH)
    give(NORTH, rest=1.5)
    assert take(NORTH) == SOUTH, "who gave it up is not before who waited"
    turn = take(SOUTH)
    assert isinstance(turn, Turn)
    assert 0.0 < turn.rest <= 1.5
    assert turn.pace == HostPace(2.0, 4)


def test_three_get_their_turn_in_order(take: Take, give: Give) -> None:
    take(NORTH)
    assert [take(SOUTH), take(EAST)] == [NORTH, NORTH]
    give(NORTH)
    assert take(EAST) == SOUTH
    assert isinstance(take(SOUTH), Turn)
    assert [take(EAST), take(NORTH)] == [SOUTH, SOUTH]
    give(SOUTH)
    assert take(NORTH) == EAST
    assert isinstance(take(EAST), Turn)


def test_who_waited_and_went_away_is_not_waited_for(catalog: Catalog, take: Take, give: Give) -> None:
    take(NORTH)
    take(SOUTH)
    give(NORTH)
    with catalog.write() as connection:
        connection.execute(update(host_turns).values(wanted_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert isinstance(take(NORTH), Turn)


def test_a_turn_whose_lease_is_over_is_taken_after_an_interval(catalog: Catalog, take: Take) -> None:
    take(NORTH, SLOW)
    with catalog.write() as connection:
        connection.execute(
            update(host_turns).values(lease_expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    assert take(SOUTH, FAST) == Turn(SLOW.interval, FAST), "the wish of the dead holds no longer"
    with catalog.write() as connection:
        assert renew_turns(connection, process=NORTH) == frozenset()
        assert renew_turns(connection, process=SOUTH) == {HOST}


def test_a_turn_of_a_process_that_died_here_is_taken_at_once_whatever_its_lease(take: Take) -> None:
    own = Holder.of_this_process()
    take(dataclasses.replace(own, pid=own.pid, token="former"))  # a container gives the number again
    assert isinstance(take(own), Turn)


def test_a_sign_of_life_renews_the_lease(catalog: Catalog, take: Take) -> None:
    take(NORTH)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    with catalog.write() as connection:
        connection.execute(update(host_turns).values(lease_expires_at=soon))
        assert renew_turns(connection, process=NORTH) == {HOST}
    with catalog.read() as connection:
        assert connection.scalars(select(host_turns.c.lease_expires_at)).one() > soon


def test_the_end_of_a_sync_frees_its_hosts_and_takes_its_wishes_along(catalog: Catalog, take: Take) -> None:
    take(NORTH, SLOW)
    take(NORTH, SLOW, host="b.example")
    end(catalog, NORTH, rest=60.0)
    assert rows(catalog) == 1, "only where somebody has to wait still"
    turn = take(SOUTH, FAST)
    assert isinstance(turn, Turn)
    assert 0.0 < turn.rest <= 60.0
    assert turn.pace == FAST.stricter(NO_WISH) == FAST
    end(catalog, SOUTH)
    assert rows(catalog) == 0


def test_a_clock_set_back_makes_nobody_wait_for_longer_than_any_host_may_ask(
    catalog: Catalog, take: Take, give: Give
) -> None:
    take(NORTH)
    give(NORTH)
    with catalog.write() as connection:
        connection.execute(update(host_turns).values(free_at=datetime.now(UTC) + timedelta(days=300)))
    turn = take(SOUTH)
    assert isinstance(turn, Turn)
    assert turn.rest <= LONGEST_REST.total_seconds()
