"""What keeps saying something is never a trap; what leads to more of itself and says nothing is one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.traps import TrapRecord
from crawler.rules.traps.said import lines_said
from crawler.rules.traps.tally import MOST_FRUITLESS, MOST_UNDER_WAY, Seen, Tally


def fruitless(tally: Tally, pages: int, *, bred: int = 1, is_suspect: bool = False) -> None:
    for _ in range(pages):
        tally.take(said=False, leads_on=False, bred=bred, is_suspect=is_suspect)


def known(*, is_trap: bool, score: int = MOST_FRUITLESS) -> TrapRecord:
    """What an earlier run knew of a pattern of whose pages each led to the next."""
    return TrapRecord("club.example", "/*", 40, score, score, score, score, is_trap, Seen().pack())


def test_pages_without_news_that_breed_more_of_their_pattern_make_a_trap() -> None:
    tally = Tally()
    fruitless(tally, MOST_FRUITLESS - 1)
    assert not tally.is_trap
    fruitless(tally, 1)
    assert tally.is_trap


def test_copies_that_breed_nothing_are_finite_and_no_trap() -> None:
    tally = Tally()
    tally.answers = 10_000
    fruitless(tally, 10_000, bred=0)
    assert not tally.is_trap
    assert not tally.has_to_wait, "nobody waits for a verdict that does not come"


def test_a_month_that_brings_all_its_days_keeps_a_calendar_going() -> None:
    tally = Tally()
    for page in range(MOST_FRUITLESS):
        fruitless(tally, 1, bred=0 if page % 30 else 29, is_suspect=True)
    assert tally.is_trap


def test_a_tree_of_copies_ends_though_its_upper_pages_lead_to_the_lower_ones() -> None:
    tally = Tally()
    for page in range(1_000):
        fruitless(tally, 1, bred=0 if page % 9 else 9)
    assert not tally.is_trap


def test_what_ceases_to_say_anything_is_found_whatever_it_said_before() -> None:
    tally = Tally()
    for _ in range(10_000):
        tally.take(said=True, leads_on=False, bred=1, is_suspect=True)
    fruitless(tally, MOST_FRUITLESS, is_suspect=True)
    assert tally.is_trap


@pytest.mark.parametrize("share", [0.4, 0.6, 1.0])
def test_a_pattern_that_often_says_something_goes_on_for_ever(share: float) -> None:
    tally, chance = Tally(), random.Random(7)
    for _ in range(30_000):
        tally.take(said=chance.random() < share, leads_on=False, bred=1, is_suspect=True)
    assert not tally.is_trap


def test_pages_that_only_lead_to_something_keep_a_pattern_too() -> None:
    tally = Tally()
    for _ in range(1_000):
        tally.take(said=False, leads_on=True, bred=1, is_suspect=True)
    assert not tally.is_trap


def test_a_known_trap_is_looked_at_again_and_released_when_most_of_that_is_news() -> None:
    tally = Tally(known(is_trap=True))
    assert tally.checks_left == 3
    tally.take(said=True, leads_on=False, bred=1, is_suspect=True)
    tally.take(said=True, leads_on=False, bred=1, is_suspect=True)
    assert (tally.is_trap, tally.score) == (False, 0)


def test_addresses_of_a_known_trap_wait_until_it_was_looked_at_again() -> None:
    tally = Tally(known(is_trap=True))
    tally.checks_left, tally.under_way = 0, 1
    assert tally.has_to_wait
    looked_at = Tally(known(is_trap=True))
    looked_at.checks_left, looked_at.under_way = 0, 1
    fruitless(looked_at, 3)
    assert not looked_at.has_to_wait


def test_a_known_trap_that_still_says_nothing_stays_one() -> None:
    tally = Tally(known(is_trap=True))
    fruitless(tally, 3)
    assert tally.is_trap


def test_what_a_killed_run_counted_counts_on() -> None:
    tally = Tally(known(is_trap=False, score=MOST_FRUITLESS - 1))
    fruitless(tally, 1)
    assert tally.is_trap


def test_of_an_unknown_pattern_only_some_are_asked_for_at_a_time() -> None:
    tally = Tally()
    tally.under_way = MOST_UNDER_WAY
    assert tally.has_to_wait
    known_by_now = Tally()
    known_by_now.under_way, known_by_now.answers = 60, 10
    assert not known_by_now.has_to_wait


def test_of_a_doubtful_pattern_no_more_are_asked_for_than_may_be_spent_on_a_trap() -> None:
    tally = Tally()
    tally.answers = 10
    fruitless(tally, 10)
    tally.under_way = MOST_UNDER_WAY - 11
    assert not tally.has_to_wait
    doubtful = Tally(known(is_trap=False, score=10))
    doubtful.under_way, doubtful.answers = MOST_UNDER_WAY - 10, 10
    assert doubtful.has_to_wait


@given(st.lists(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=20), max_size=20))
def test_what_was_said_once_is_no_news_again_neither_after_it_was_kept(pages: list[list[str]]) -> None:
    seen = Seen()
    packed = [lines_said("https://club.example/page", "", texts) for texts in pages]
    for page in packed:
        seen.add(page)
    for memory in (seen, Seen(seen.pack())):
        for page in packed:
            assert memory.add(page).lines == 0


def test_memory_is_bounded_and_new_prose_stays_new() -> None:
    seen = Seen()
    for number in range(3_000):
        lines = [f"{number} says {line} of {number * 31}" for line in range(30)]
        share = seen.add(lines_said("https://club.example/page", "", lines))
        assert share.new * 10 >= share.total, number
    assert len(seen.pack()) < 12_000
