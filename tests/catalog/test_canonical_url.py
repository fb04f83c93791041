"""Canonical URLs: the WHATWG cases, what we normalise further, and that the fast way is the same way."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.canonical_url import UrlFault, WebAddress, _address_of, parse_url, standard_href
from tests.support.suites import SUITES, needs_suites

SUITE = SUITES / "url/wpt_http_subset.json"


def address(text: str, base: str | None = None) -> WebAddress:
    parsed = parse_url(text, base)
    assert isinstance(parsed, WebAddress), parsed
    return parsed


@needs_suites
def test_all_web_platform_cases_parse_as_the_standard_says() -> None:
    cases = json.loads(SUITE.read_text())
    wrong = []
    for case in cases:
        href = standard_href(case["input"], case["base"])
        parsed = parse_url(case["input"], case["base"])
        if case["failure"]:
            agrees = href is None and isinstance(parsed, UrlFault)
        else:
            agrees = href == case["href"] and parsed == _address_of(case["href"])
        if not agrees:
            wrong.append((case, href, parsed))
    assert not wrong
    assert len(cases) == 445


def test_the_parts_of_an_address() -> None:
    parsed = address("HTTPS://user:secret@Docs.Example.com:8443/a/../b/c.html?x=1&y=2#top")
    assert parsed.url == "https://docs.example.com:8443/b/c.html?x=1&y=2"
    assert parsed.fragment == "top"
    assert parsed.scheme == "https"
    assert parsed.host == "docs.example.com:8443"
    assert parsed.hostname == "docs.example.com"
    assert parsed.origin == "https://docs.example.com:8443"
    assert parsed.path == "/b/c.html"


def test_the_default_port_is_no_part_of_the_host() -> None:
    assert address("http://example.com:80/").host == "example.com"
    assert address("http://example.com:443/").host == "example.com:443"


def test_the_port_of_an_ipv6_address_is_told_apart_from_its_groups() -> None:
    assert address("http://[::1]/").hostname == "[::1]"
    assert address("http://[::1]:8080/").hostname == "[::1]"
    assert address("http://[::1]:8080/").host == "[::1]:8080"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("http://example.com", "http://example.com/"),
        ("http://example.com/?", "http://example.com/"),
        ("http://example.com/a?#b", "http://example.com/a"),
        ("http://example.com/a??", "http://example.com/a??"),
        ("http://example.com/%7ejo/%c3%a9", "http://example.com/~jo/%C3%A9"),
        ("http://example.com/a%2fb", "http://example.com/a%2Fb"),
        ("http://example.com/a?q=%7E%3d", "http://example.com/a?q=~%3D"),
        ("http://example.com/100%", "http://example.com/100%"),
        ("http://example.com/%zz", "http://example.com/%zz"),
        ("http://münchen.example/straße", "http://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://example.com/a//b/", "http://example.com/a//b/"),
        ("http://example.com/?b=2&a=1", "http://example.com/?b=2&a=1"),
    ],
)
def test_only_what_a_server_cannot_tell_apart_is_normalised(written: str, canonical: str) -> None:
    assert address(written).url == canonical


def test_decoding_never_makes_a_new_escape() -> None:
    assert address("http://example.com/%%34%31").url == "http://example.com/%%34%31"


def test_a_base_lends_neither_its_fragment_nor_its_credentials() -> None:
    parsed = address("b.html", "http://user:secret@example.com/a.html#part")
    assert parsed.url == "http://example.com/b.html"
    assert parsed.fragment == ""


def test_a_fragment_alone_is_the_page_itself() -> None:
    parsed = address("#part", "http://example.com/a.html?x=1#other")
    assert (parsed.url, parsed.fragment) == ("http://example.com/a.html?x=1", "part")


def test_other_schemes_are_parsed_and_named() -> None:
    assert address("mailto:jo@example.com", "http://example.com/").scheme == "mailto"
    assert address("javascript:void(0)").path == "void(0)"


def test_a_fault_shows_what_was_seen_but_not_all_of_a_long_text() -> None:
    fault = parse_url("http://[broken")
    assert fault == UrlFault("http://[broken", "'http://[broken' cannot be parsed as a URL")
    long_fault = parse_url("http://[" + "x" * 5_000)
    assert isinstance(long_fault, UrlFault)
    assert len(long_fault.detail) < 200


def test_a_lone_surrogate_is_the_replacement_character() -> None:
    assert address("http://example.com/\ud800").url == "http://example.com/%EF%BF%BD"


def test_an_address_survives_pickling() -> None:
    parsed = address("http://example.com/a#b")
    assert pickle.loads(pickle.dumps(parsed)) == parsed


BASES = [
    None,
    "http://example.com/",
    "https://a.example:8443/b/c.html?d#e",
    "http://127.0.0.1/x/",
    "https://a.example/b//c/d?",
    "mailto:a@b",
]
ORIGINS = [
    "http://",
    "https://",
    "//",
    "/",
    "http://example.com",
    "https://a.b:443",
    "http://1.2",
    "http://0x1.1",
]
CLIMBING = st.lists(st.sampled_from(["../", "./", "a/", "/", "b", "..", "#c"]), max_size=8).map("".join)
LINK_LIKE = st.text(alphabet="abAZ019./-_~%?#&=+:;@[]\\ \t'\"2eEfFhtp,!$*()é", max_size=40)
AFTER_AN_ORIGIN = st.tuples(st.sampled_from(ORIGINS), LINK_LIKE).map("".join)
TEXTS = st.one_of(CLIMBING, LINK_LIKE, AFTER_AN_ORIGIN, st.text(max_size=20))


@given(TEXTS, st.sampled_from(BASES))
@example("//example.com/", BASES[1])
@example("http://example.com:80", None)
@example("http://a..b/", None)
@example("http://256.1.1.1/", None)
@example("a?b'c", BASES[2])
@example("../../../x", BASES[2])
@example("#", BASES[4])
def test_the_fast_way_gives_what_the_standard_gives(text: str, base: str | None) -> None:
    href = standard_href(text, base)
    parsed = parse_url(text, base)
    assert isinstance(parsed, UrlFault) if href is None else parsed == _address_of(href)


@given(TEXTS, st.sampled_from(BASES))
def test_a_canonical_url_is_its_own_canonical_url(text: str, base: str | None) -> None:
    parsed = parse_url(text, base)
    if isinstance(parsed, WebAddress) and parsed.scheme in {"http", "https"}:
        again = address(parsed.url)
        assert (again.url, again.fragment) == (parsed.url, "")
        assert again.site == parsed.site
