"""The list of the longest test modules names modules that are there."""

from __future__ import annotations

from tests.support.running_order import LONGEST, TESTS, place


def test_every_module_of_the_list_exists() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []


def test_the_longest_modules_come_before_all_others() -> None:
    assert sorted([TESTS / "test_documentation.py", TESTS / LONGEST[1], TESTS / LONGEST[0]], key=place) == [
        TESTS / LONGEST[0],
        TESTS / LONGEST[1],
        TESTS / "test_documentation.py",
    ]
