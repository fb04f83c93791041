"""The bounded memory of what was seen lately."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.recently_seen import RecentlySeen


def distinct_from_the_end(items: list[int], number: int) -> set[int]:
    return set(list(dict.fromkeys(reversed(items)))[:number])


@given(st.integers(1, 8), st.lists(st.integers(0, 30)))
def test_at_least_the_last_distinct_items_and_at_most_twice_as_many_are_remembered(
    capacity: int, items: list[int]
) -> None:
    seen = RecentlySeen[int](capacity)
    for item in items:
        seen.add(item)
    remembered = {item for item in range(31) if item in seen}
    assert remembered <= set(items)
    assert remembered >= distinct_from_the_end(items, capacity)
    assert len(remembered) <= 2 * capacity


def test_nothing_is_remembered_that_was_not_added() -> None:
    assert "anything" not in RecentlySeen[str](3)
