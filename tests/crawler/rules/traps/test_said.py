"""What counts as said: at a calendar's address no date is news, elsewhere every number is."""

from __future__ import annotations

import pytest

from crawler.rules.traps.said import MOST_LINES, lines_said, unpacked

SITE = "https://club.example"


def said(path: str, *texts: str, title: str = "") -> set[int]:
    return set(unpacked(lines_said(SITE + path, title, texts)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("May 2031", "June 2031"),
        ("Mo | Tu | We\n1 | 2 | 3", "Mo | Tu | We\n5 | 6 | 7"),
        ("Donnerstag, 1. Mai 2031", "Freitag, 2. Mai 2031"),
        ("Termine am 12.05.2031 um 09:30", "Termine am 13.05.2031 um 10:30"),
    ],
)
def test_a_date_is_no_news_at_a_calendars_address(one: str, other: str) -> None:
    assert said("/calendar?month=5", one) == said("/calendar?month=5", other)
    assert said("/page", one) != said("/page", other)


def test_what_an_address_combines_is_no_news_when_its_page_repeats_it() -> None:
    red = said("/shop?colour=red&size=wide", "Boots, red, wide (12)")
    assert red == said("/shop?colour=blue&size=tall", "Boots, blue, tall (7)")


def test_a_session_that_a_page_shows_is_no_news() -> None:
    one = said("/home?sid=7f3a99c01b", "Your session is 7f3a99c01b.")
    assert one == said("/home?sid=0011aabb22", "Your session is 0011aabb22.")


def test_measured_values_and_prose_are_news_even_at_a_dated_address() -> None:
    assert said("/rates/2031-05-01", "USD 1.0834") != said("/rates/2031-05-02", "USD 1.0835")
    prose = (
        "On the first of May 2031 the harbour was closed: the crane had fallen into the basin by noon, {}."
    )
    letter = "/2031/05/01/letter"
    assert said(letter, prose.format("and stayed there")) != said(letter, prose.format("and was lifted"))


def test_lines_of_which_nothing_is_left_are_not_there_and_long_pages_are_cut() -> None:
    assert said("/calendar?month=5", "1 | 2 | 3", "", title="May 2031") == set()
    assert len(said("/page", "\n".join(f"line {number}" for number in range(2 * MOST_LINES)))) < MOST_LINES


def test_any_text_can_be_said() -> None:
    assert len(said("/page", "\ud800 half a surrogate", "日本語", title="\0")) == 3
