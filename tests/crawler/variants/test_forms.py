"""The normal form of an address takes just the steps it is told to, and taking them twice changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.canonical_url import WebAddress, parse_url
from crawler.variants.forms import (
    Form,
    Kind,
    Step,
    area_of,
    difference,
    is_known_parameter,
    normal_form,
    site_of,
)

EVERYTHING = Form.without(())

HTTPS = Step(Kind.SCHEME)
BARE, WWW = Step(Kind.HOST), Step(Kind.HOST, "www.")
NO_SLASH, SLASH = Step(Kind.SLASH), Step(Kind.SLASH, "/")
INDEX = Step(Kind.INDEX, "index.html")
SID = Step(Kind.PARAMETER, "sid")
JSESSIONID = Step(Kind.PATH_PARAMETER, "jsessionid")
CASE, ORDER = Step(Kind.CASE), Step(Kind.ORDER)


@pytest.mark.parametrize(
    ("url", "step", "expected"),
    [
        ("http://a.example/x", HTTPS, "https://a.example/x"),
        ("https://www.a.example/x", BARE, "https://a.example/x"),
        ("https://a.example/x", WWW, "https://www.a.example/x"),
        ("https://a.example/x/", NO_SLASH, "https://a.example/x"),
        ("https://a.example/x/?q=/", NO_SLASH, "https://a.example/x?q=/"),
        ("https://a.example/x", SLASH, "https://a.example/x/"),
        ("https://a.example/x/index.html", INDEX, "https://a.example/x/"),
        ("https://a.example/index.html?q=1", INDEX, "https://a.example/?q=1"),
        ("https://a.example/x?a=1&sid=7&b=2", SID, "https://a.example/x?a=1&b=2"),
        ("https://a.example/x?sid=7", SID, "https://a.example/x"),
        ("https://a.example/x;jsessionid=AB12?q=1", JSESSIONID, "https://a.example/x?q=1"),
        ("https://a.example/About/Us%C3%A9", CASE, "https://a.example/about/us%C3%A9"),
        ("https://a.example/x?b=2&a=1&a=0", ORDER, "https://a.example/x?a=1&a=0&b=2"),
    ],
)
def test_a_step_takes_away_just_what_it_is_about(url: str, step: Step, expected: str) -> None:
    assert normal_form(url, Form.of([step])) == (expected, (step,))
    assert normal_form(expected, Form.of([step])) == (expected, ())


@pytest.mark.parametrize(
    ("url", "step"),
    [
        ("http://a.example:8080/x", HTTPS),  # the other scheme has another port
        ("https://a.example/", NO_SLASH),
        ("https://a.example/x//", NO_SLASH),
        ("https://a.example/x.html", SLASH),
        ("https://a.example/", SLASH),
        ("https://a.example/index.htm", INDEX),
        ("https://a.example/x?Sid=1&q=sid", SID),
        ("https://a.example/x;lang=de", JSESSIONID),
        ("https://a.example/x?a=1&b=2", ORDER),
        ("https://a.example/x?a=2&a=1", ORDER),  # the order of equal names may matter
    ],
)
def test_a_step_leaves_other_addresses_alone(url: str, step: Step) -> None:
    assert normal_form(url, Form.of([step])) == (url, ())


def test_steps_lead_to_one_form_whatever_an_address_begins_with() -> None:
    form = Form.of([HTTPS, BARE, NO_SLASH, INDEX, SID, JSESSIONID, CASE, ORDER])
    for url in (
        "http://www.a.example/Docs/index.html;jsessionid=9?b=1&sid=2&a=3",
        "https://a.example/docs/?b=1&a=3",
        "http://a.example/DOCS?sid=4&a=3&b=1",
    ):
        assert normal_form(url, form)[0] == "https://a.example/docs?a=3&b=1"


names = st.sampled_from(["a", "b", "id", "sid", "utm_source", ""])
segments = st.sampled_from(
    ["docs", "Docs", "x.html", "index.html", "Default.aspx", "x;jsessionid=1", "%C3%A9", ""]
)
urls = st.builds(
    lambda scheme, host, path, slash, query: (
        f"{scheme}://{host}/{'/'.join(path)}{slash}" + ("?" if query else "") + "&".join(map("=".join, query))
    ),
    st.sampled_from(["http", "https"]),
    st.sampled_from(["a.example", "www.a.example", "a.example:8080", "www.a.example:8080"]),
    st.lists(segments, max_size=3),
    st.sampled_from(["", "/"]),
    st.lists(st.tuples(names, st.sampled_from(["1", "2", ""])), max_size=4),
)
steps = st.sets(
    st.one_of(
        st.sampled_from([HTTPS, BARE, WWW, NO_SLASH, SLASH, INDEX, SID, JSESSIONID, CASE, ORDER]),
        st.builds(Step, st.just(Kind.PARAMETER), names),
    )
)


@given(urls, steps)
def test_a_normal_form_is_its_own_and_a_canonical_address_of_its_site(url: str, taken: set[Step]) -> None:
    for form in (Form.of(taken), Form.without(taken)):
        normal, used = normal_form(url, form)
        assert normal_form(normal, form) == (normal, ())
        assert (normal == url) == (not used)
        assert site_of(normal) == site_of(url), "nobody is led to another site"
        before, after = parse_url(url), parse_url(normal)
        assert isinstance(before, WebAddress)
        assert isinstance(after, WebAddress)
        if before.url == url:
            assert after.url == normal


@given(urls, urls)
def test_the_steps_between_two_addresses_bring_them_together(one: str, other: str) -> None:
    if normal_form(one, EVERYTHING)[0] != normal_form(other, EVERYTHING)[0]:
        return
    apart = difference(one, other, EVERYTHING)
    assert apart == difference(other, one, EVERYTHING)
    if one == other:
        assert apart == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://a.example/x?sid=1", "https://a.example/x?sid=2", {SID}),
        ("https://a.example/x?sid=1&q=1", "https://a.example/x?q=1", {SID}),
        ("https://a.example/x?a=1&b=2", "https://a.example/x?b=2&a=1", {ORDER}),
        ("https://a.example/x?sid=1&a=1", "https://a.example/x?a=1&sid=2", {SID, ORDER}),
        ("http://www.a.example/x/", "https://a.example/x", {HTTPS, BARE, NO_SLASH}),
        ("https://a.example/x/", "https://a.example/x/index.html", {INDEX}),
        ("https://a.example/x;jsessionid=1", "https://a.example/x;jsessionid=2", {JSESSIONID}),
    ],
)
def test_what_two_addresses_differ_in_is_named(one: str, other: str, expected: set[Step]) -> None:
    assert difference(one, other, EVERYTHING) == expected


def test_what_matters_on_a_site_keeps_its_addresses_apart() -> None:
    left = Form.without([Step(Kind.PARAMETER, "id"), NO_SLASH])
    assert normal_form("https://a.example/x/?id=1&sid=2", left)[0] == "https://a.example/x/?id=1"


def test_parameters_that_follow_visitors_are_known_by_name() -> None:
    assert all(map(is_known_parameter, ["utm_source", "gclid", "PHPSESSID", "JSESSIONID", "pk_campaign"]))
    assert not any(map(is_known_parameter, ["id", "sid", "page", "q", "campaign"]))


def test_the_area_of_an_address_is_what_answers() -> None:
    assert area_of("https://a.example/Shop/7?id=1") == "shop"
    assert area_of("https://a.example/item;s=1?id=1") == "item"
    assert area_of("https://a.example/") == ""
