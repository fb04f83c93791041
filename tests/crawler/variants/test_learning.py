"""What is learned of variants: enough evidence makes a rule, one counterexample ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.url_variants import Likeness, VariantRecord
from crawler.variants.forms import normal_form
from crawler.variants.learning import (
    CHECKED,
    ENOUGH_AREAS,
    FEWEST_ALIKE,
    FEWEST_ALIKE_KNOWN,
    MOST_UNCLEAR,
    Claim,
    Variants,
)

ORIGIN = "https://a.example"
NOT_CHECKED = (1).to_bytes(4) + bytes(12)
"""A key by which no address is asked for nonetheless in run 0."""

Content = Callable[[str], bytes | None]


def visit(variants: Variants, url: str, content: Content, wanted: set[str] | None = None) -> None:
    """Meet a page, and answer all claims by what stands at their addresses."""
    claims, normal = variants.met(url) if content(url) is not None else (variants.came_to_nothing(url), None)
    asked = [normal]
    asked += [variants.learn(claim, *judged(claim, content)) for claim in claims]
    if wanted is not None:
        wanted.update(each for each in asked if each is not None)


def judged(claim: Claim, content: Content) -> tuple[Likeness, bytes | None]:
    one, other = content(claim.variant), content(claim.other)
    if one is None:
        return Likeness.UNCLEAR, None
    return (Likeness.SAME if one == other else Likeness.DIFFERENT), other


def without_query(url: str) -> bytes:
    return url.partition("?")[0].encode()


def pairs(name: str, count: int, area: str = "docs") -> Iterator[str]:
    for number in range(count):
        yield f"{ORIGIN}/{area}/{number}"
        yield f"{ORIGIN}/{area}/{number}?{name}=7"


@pytest.mark.parametrize(("name", "needed"), [("x", FEWEST_ALIKE), ("utm_source", FEWEST_ALIKE_KNOWN)])
def test_enough_pages_make_a_rule(name: str, needed: int) -> None:
    variants = Variants()
    for url in pairs(name, needed - 1):
        visit(variants, url, without_query)
    assert variants.recognise(f"{ORIGIN}/docs/new?{name}=9&q=1", NOT_CHECKED) is None
    for url in pairs(name, needed):
        visit(variants, url, without_query)
    found = variants.recognise(f"{ORIGIN}/docs/new?{name}=9&q=1", NOT_CHECKED)
    assert found is not None
    assert found.url == f"{ORIGIN}/docs/new?q=1"
    assert found.rule == f"on this host the parameter `{name}` changes nothing: {needed} pages seen alike"
    assert variants.take_unsaved() == [VariantRecord("a.example", "parameter", name, needed)]
    assert variants.take_unsaved() == []


def test_pages_that_are_all_alike_prove_nothing() -> None:
    variants = Variants()
    for url in pairs("x", 30):
        visit(variants, url, lambda _url: b"not found, they say with status 200")
    assert variants.recognise(f"{ORIGIN}/docs/1?x=1", NOT_CHECKED) is None


def test_one_page_that_is_different_keeps_a_rule_from_being_learned() -> None:
    variants = Variants()
    visit(variants, f"{ORIGIN}/docs/a", str.encode)
    visit(variants, f"{ORIGIN}/docs/a?x=1", str.encode)
    for url in pairs("x", 20):
        visit(variants, url, without_query)
    assert variants.recognise(f"{ORIGIN}/docs/1?x=1", NOT_CHECKED) is None
    assert variants.take_unsaved() == [], "what was never believed need not be remembered"


def learned(run: int = 0) -> Variants:
    variants = Variants(run)
    for url in pairs("x", FEWEST_ALIKE):
        visit(variants, url, without_query)
    return variants


def test_one_page_that_is_different_ends_a_rule_for_good() -> None:
    variants = learned()
    visit(variants, f"{ORIGIN}/docs/a", str.encode)
    visit(variants, f"{ORIGIN}/docs/a?x=1", str.encode)
    assert variants.recognise(f"{ORIGIN}/docs/1?x=1", NOT_CHECKED) is None
    (record,) = [each for each in variants.take_unsaved() if each.refuted is not None]
    assert record.refuted == f"{ORIGIN}/docs/a?x=1 differs from {ORIGIN}/docs/a"
    later = Variants.of([record], run=2)
    for url in pairs("x", 20):
        visit(later, url, without_query)
    assert later.recognise(f"{ORIGIN}/docs/1?x=1", NOT_CHECKED) is None


def test_a_normal_form_that_is_no_page_ends_a_rule() -> None:
    variants = learned()
    content: Content = lambda url: url.encode() if "?" in url else None  # noqa: E731
    visit(variants, f"{ORIGIN}/docs/a?x=1", content)
    visit(variants, f"{ORIGIN}/docs/a", content)
    assert variants.recognise(f"{ORIGIN}/docs/1?x=1", NOT_CHECKED) is None


def test_a_rule_is_checked_in_each_area_before_it_holds_there() -> None:
    variants = learned()
    there = f"{ORIGIN}/shop/1"
    assert variants.recognise(f"{there}?x=1", NOT_CHECKED) is None
    wanted = set[str]()
    visit(variants, f"{there}?x=1", without_query, wanted)
    assert wanted == {there}, "its normal form is asked for, to compare"
    visit(variants, there, without_query)
    assert variants.recognise(f"{ORIGIN}/shop/2?x=1", NOT_CHECKED) is not None


def test_areas_enough_speak_for_all() -> None:
    variants = Variants()
    for area in range(ENOUGH_AREAS):
        for url in pairs("x", 1, f"area{area}"):
            visit(variants, url, without_query)
    assert variants.recognise(f"{ORIGIN}/elsewhere/1?x=1", NOT_CHECKED) is not None


def test_what_earlier_runs_learned_is_checked_before_it_holds() -> None:
    variants = Variants.of([VariantRecord("a.example", "parameter", "x", 9)], run=0)
    url = f"{ORIGIN}/docs/1?x=1"
    assert variants.recognise(url, NOT_CHECKED) is None
    visit(variants, url, without_query)
    visit(variants, f"{ORIGIN}/docs/1", without_query)
    found = variants.recognise(f"{ORIGIN}/docs/2?x=1", NOT_CHECKED)
    assert found is not None
    assert found.rule.endswith(": 10 pages seen alike")


def test_some_addresses_are_asked_for_all_the_same_and_others_in_each_run() -> None:
    keys = [number.to_bytes(4) + bytes(12) for number in range(CHECKED * 4)]
    checked = [
        {key for key in keys if learned(run).recognise(f"{ORIGIN}/docs/1?x=1", key) is None} for run in (1, 2)
    ]
    assert [len(each) for each in checked] == [4, 4]
    assert not checked[0] & checked[1]


def test_values_that_change_nothing_lead_to_the_address_without() -> None:
    """Every link carries a session: whether the address without one shows the same is found out."""
    variants, wanted = Variants(), set[str]()
    for number in range(FEWEST_ALIKE):
        for value in (1, 2):
            visit(variants, f"{ORIGIN}/docs/{number}?x={value}", without_query, wanted)
    assert wanted == {f"{ORIGIN}/docs/{number}" for number in range(FEWEST_ALIKE)}
    assert variants.recognise(f"{ORIGIN}/docs/new?x=9", NOT_CHECKED) is None
    for url in sorted(wanted):
        visit(variants, url, without_query)
    assert variants.recognise(f"{ORIGIN}/docs/new?x=9", NOT_CHECKED) is not None


def test_redirects_teach_in_which_direction() -> None:
    variants = Variants()
    for number in range(FEWEST_ALIKE):
        variants.redirected(f"http://a.example/x/{number}", f"https://www.a.example/x/{number}/")
    found = variants.recognise("http://a.example/x/new", NOT_CHECKED)
    assert found is not None
    assert found.url == "https://www.a.example/x/new/"


def test_a_normal_form_that_leads_back_ends_a_rule() -> None:
    variants = learned()
    variants.redirected(f"{ORIGIN}/docs/a", f"{ORIGIN}/docs/a?x=1")
    assert variants.recognise(f"{ORIGIN}/docs/1?x=1", NOT_CHECKED) is None


def test_nobody_is_led_from_https_to_http() -> None:
    variants = Variants()
    for number in range(20):
        variants.redirected(f"https://a.example/x/{number}", f"http://a.example/x/{number}")
    assert variants.recognise("https://a.example/x/new", NOT_CHECKED) is None


def test_redirects_to_one_place_teach_nothing() -> None:
    variants = Variants()
    for number in range(20):
        variants.redirected(f"{ORIGIN}/x/{number}", f"{ORIGIN}/login")
    assert not variants.has_unsaved


def test_what_stays_unclear_is_left_alone() -> None:
    variants = Variants()
    examined = 0
    for url in pairs("x", 3 * MOST_UNCLEAR):
        for claim in variants.met(url)[0]:
            examined += 1
            variants.learn(claim, Likeness.UNCLEAR, None)
    assert examined == MOST_UNCLEAR


contents = st.integers(0, 3)
sites = st.dictionaries(
    st.tuples(st.integers(0, 7), st.sampled_from(["", "?x=1", "?x=2", "?y=1", "?x=1&y=1", "?y=1&x=1"])),
    contents,
    min_size=1,
)


@given(sites, st.randoms(use_true_random=False))
def test_addresses_that_were_seen_to_differ_are_never_merged(
    site: dict[tuple[int, str], int], shuffled: object
) -> None:
    """Whatever the order: where a rule holds at the end, no two pages that were seen say otherwise."""
    pages = {f"{ORIGIN}/docs/{number}{query}": value for (number, query), value in site.items()}
    order = list(pages)
    shuffled.shuffle(order)  # type: ignore[attr-defined]
    variants = Variants()

    def content(url: str) -> bytes | None:
        return None if url not in pages else f"{url.partition('?')[0]} {pages[url]}".encode()

    for url in order:
        visit(variants, url, content)
    form = variants._sites["a.example"].rules
    for url in pages:
        normal, steps = normal_form(url, form)
        if len(steps) == 1 and normal in pages:
            assert content(url) == content(normal)
