"""When an application may be walked through by its routes: trust is earned, checked, and lost at once."""

from __future__ import annotations

import pytest

from crawler.rendering.rendered import Rendered
from crawler.rendering.shown import Shown
from crawler.rendering.walk_trust import FIRST_CHECKS, WALKS_BETWEEN_CHECKS, Step, WalkTrust

APP = "https://manual.example/"
FRAME = "<nav><a href='#/a'>All the chapters of this manual</a></nav>"
DIFFERS = "a route that was walked to says something else when it is loaded"


def shown(body: str, url: str = f"{APP}#/a", links: tuple[str, ...] = ()) -> Shown:
    return Shown(Rendered(url, f"<!doctype html><html><body>{FRAME}{body}</body></html>", links))


def chapter(number: int) -> Shown:
    return shown(f"<h1>Chapter {number}</h1><p>What chapter {number} says, nobody else says.</p>")


def trusted() -> WalkTrust:
    trust = WalkTrust()
    for number in range(FIRST_CHECKS):
        trust.note_check(APP, chapter(number), chapter(number))
    return trust


def test_the_first_routes_are_read_both_ways() -> None:
    trust = WalkTrust()
    for number in range(FIRST_CHECKS):
        assert trust.step(APP) is Step.CHECK
        trust.note_check(APP, chapter(number), chapter(number))
    assert trust.step(APP) is Step.WALK
    assert trust.step("https://other.example/") is Step.CHECK


def test_it_is_checked_again_now_and_then() -> None:
    trust = trusted()
    for _ in range(WALKS_BETWEEN_CHECKS):
        assert trust.step(APP) is Step.WALK
        trust.note_walk(APP)
    assert trust.step(APP) is Step.CHECK
    trust.note_check(APP, chapter(1), chapter(1))
    assert trust.step(APP) is Step.WALK


@pytest.mark.parametrize(
    "walked",
    [
        shown("<h1>Chapter 1</h1><p>What chapter 1 says, nobody else says!</p>"),
        shown("<h1>Chapter 1</h1><p>What chapter 1 says, nobody else says.</p>", f"{APP}#/b"),
        shown("<h1>Chapter 1</h1><p>What chapter 1 says, nobody else says.</p>", links=(f"{APP}#/c",)),
        shown("<h1>Chapter 1</h1><p hidden>What chapter 1 says, nobody else says.</p>"),
        shown('<h1>Chapter 1</h1><p style="display: none">What chapter 1 says, nobody else says.</p>'),
        shown("<h1>Chapter 1</h1><p><a href='/x'>What chapter 1 says, nobody else says.</a></p>"),
    ],
    ids=["text", "address", "links", "attribute", "style", "target"],
)
def test_one_difference_ends_it(walked: Shown) -> None:
    trust = trusted()
    trust.note_check(APP, walked, chapter(1))
    assert (trust.step(APP), trust.why_ended(APP)) == (Step.LOAD, DIFFERS)
    trust.note_check(APP, chapter(1), chapter(1))
    assert trust.step(APP) is Step.LOAD


def test_how_far_a_bar_of_progress_is_makes_no_difference() -> None:
    bar = '<div role="progressbar" aria-valuenow="%s" style="width: %s">loads</div>'
    assert shown(bar % (10, "10px")).agrees_with(shown(bar % (90, "90px")))


def test_a_walk_that_shows_a_page_where_a_load_shows_none_ends_it() -> None:
    trust = trusted()
    trust.note_fault(APP)
    assert trust.step(APP) is Step.LOAD


@pytest.mark.parametrize(
    ("before", "walked", "is_doubtful"),
    [
        (chapter(5), chapter(6), False),
        (chapter(5), chapter(5), True),
        (chapter(5), shown(""), True),
        (chapter(5), shown("<p>No page.</p>"), True),
        (chapter(5), shown(chapter(5).rendered.html + "<p>More than enough of its own text.</p>"), True),
        (shown(""), chapter(5), True),
    ],
    ids=["another", "the-same", "only-the-frame", "next-to-nothing", "added", "nothing-to-compare"],
)
def test_what_may_be_the_route_before_is_doubted(before: Shown, walked: Shown, is_doubtful: bool) -> None:
    assert trusted().is_doubtful(APP, before, walked) is is_doubtful


def test_walks_that_are_mostly_in_vain_are_given_up() -> None:
    trust = trusted()
    for _ in range(4):
        assert trust.step(APP) is Step.WALK
        trust.note_in_vain(APP)
    assert trust.why_ended(APP) == "too many walks to its routes were in vain"


def test_some_walks_in_vain_among_many_are_borne() -> None:
    trust = trusted()
    for _ in range(20):
        for _ in range(8):
            trust.note_walk(APP)
        trust.note_in_vain(APP)
    assert trust.why_ended(APP) is None
