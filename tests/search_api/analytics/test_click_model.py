"""Judgements from clicks: more than the position explains counts, less does not."""

from __future__ import annotations

import pytest

from catalog.shown_results import Exposure, Verdict
from search_api.analytics.click_model import click_rates, grades

OTHERS = [
    Exposure("other", f"d{place}", place, 1000, opened) for place, opened in ((1, 500), (2, 100), (9, 10))
]
"""What the clicks of all questions say of positions: a half, a tenth, a hundredth."""


@pytest.mark.parametrize(
    ("position", "shown", "opened", "grade"),
    [
        (1, 20, 10, 1.0),  # as often as anything that stands first
        (1, 20, 4, 0.0),  # less often
        (2, 20, 10, 2.0),  # far more often than what stands second
        (9, 20, 10, 3.0),
    ],
)
def test_clicks_are_held_against_those_that_the_position_alone_explains(
    position: int, shown: int, opened: int, grade: float
) -> None:
    found = grades([*OTHERS, Exposure("q", "d", position, shown, opened)], (), least_clicks=2)
    assert found["q"] == {"d": grade}


def test_a_document_that_stood_at_several_positions_is_judged_once() -> None:
    found = grades([*OTHERS, Exposure("q", "d", 2, 10, 5), Exposure("q", "d", 9, 10, 5)], (), least_clicks=2)
    assert found["q"] == {"d": 3.0}


def test_few_clicks_say_nothing() -> None:
    assert "q" not in grades([*OTHERS, Exposure("q", "d", 9, 1, 1)], (), least_clicks=2)


def test_what_people_said_overrules_clicks() -> None:
    exposures = [*OTHERS, Exposure("q", "d", 9, 20, 10), Exposure("q", "e", 1, 20, 0)]
    said = [Verdict("q", "d", -1), Verdict("q", "e", 2), Verdict("q", "f", 0)]
    assert grades(exposures, said, least_clicks=2)["q"] == {"d": 0.0, "e": 3.0}


def test_the_rate_of_a_position_is_that_of_all_questions() -> None:
    rates = click_rates([Exposure("a", "x", 1, 3, 3), Exposure("b", "y", 1, 1, 0)])
    assert rates == {1: 0.75}
