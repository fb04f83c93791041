"""robots.txt: RFC 9309 by the independent cases, and what each kind of answer means."""

from __future__ import annotations

import base64
import json

import pytest

from catalog.vocabulary import ALLOWED, Decision, Reason
from crawler.rules.robots import MAX_BYTES, Access, RobotsRules
from tests.support.suites import SUITES, needs_suites

SUITE = SUITES / "robots/robots_cases.json"
PAGE = "https://example.com/private/page"


@needs_suites
def test_all_independent_cases_are_decided_as_expected() -> None:
    cases = json.loads(SUITE.read_text())
    wrong = []
    for case in cases:
        body = base64.b64decode(case["robots_b64"]) if "robots_b64" in case else case["robots"].encode()
        if RobotsRules.from_answer(200, body).decide(case["url"], case["agent"]).allowed != case["allowed"]:
            wrong.append(case["id"])
    assert not wrong
    assert len(cases) == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_a_4xx_allows_everything(status: int) -> None:
    assert RobotsRules.from_answer(status, b"User-agent: *\nDisallow: /").decide(PAGE) is ALLOWED


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_5xx_forbids_everything_and_says_so(status: int) -> None:
    rules = RobotsRules.from_answer(status, b"")
    assert rules.access is Access.UNREACHABLE
    assert rules.decide(PAGE) == Decision(False, Reason.ROBOTS_UNREACHABLE, f"robots.txt answered {status}")


def test_no_answer_forbids_everything() -> None:
    decision = RobotsRules.unreachable("the TLS certificate of example.com has expired").decide(PAGE)
    assert decision.reason is Reason.ROBOTS_UNREACHABLE
    assert decision.rule == "the TLS certificate of example.com has expired"


def test_a_sixth_redirect_allows_everything() -> None:
    assert RobotsRules.from_answer(302, b"").decide(PAGE) is ALLOWED


def test_a_refusal_quotes_the_line_that_decided() -> None:
    body = b"User-agent: *\nDisallow: /\nUser-agent: SiteLore\nDisallow: /priv\nDisallow: /private/*\n"
    decision = RobotsRules.from_body(body).decide(PAGE)
    assert decision == Decision(False, Reason.ROBOTS_DISALLOWED, "robots.txt: Disallow: /private/*")


def test_our_own_group_replaces_the_one_for_everybody() -> None:
    rules = RobotsRules.from_body(b"User-agent: *\nDisallow: /\n\nUser-agent: sitelore\nDisallow: /x\n")
    assert rules.decide(PAGE) is ALLOWED
    assert not rules.decide(PAGE, "otherbot").allowed


@pytest.mark.parametrize(
    "named", ["sitelore", "SiteLore", "sitelore/1.0", "sitelore (our crawler)", "Sitelore*"]
)
def test_a_group_that_names_us_speaks_to_us(named: str) -> None:
    body = f"User-agent: *\nDisallow:\n\nUser-agent: {named}\nDisallow: /private\nCrawl-delay: 3\n"
    rules = RobotsRules.from_body(body.encode())
    assert not rules.decide(PAGE).allowed
    assert rules.crawl_delay() == 3.0


@pytest.mark.parametrize("named", ["site", "sitelorebot", "lore", "sitelore-images", "x sitelore"])
def test_a_group_for_a_name_that_only_resembles_ours_does_not(named: str) -> None:
    rules = RobotsRules.from_body(f"User-agent: {named}\nDisallow: /\n".encode())
    assert rules.decide(PAGE) is ALLOWED


def test_a_byte_order_mark_and_foreign_bytes_do_no_harm() -> None:
    assert not RobotsRules.from_body(b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n").decide(PAGE).allowed
    assert not RobotsRules.from_body(b"# \xff\xfe\nUser-agent: *\nDisallow: /private\n").decide(PAGE).allowed


def test_html_instead_of_a_robots_file_allows_everything() -> None:
    assert RobotsRules.from_body(b"<!doctype html><title>Log in</title>").decide(PAGE) is ALLOWED


def test_only_the_first_500_kibibytes_count_and_no_half_line() -> None:
    head = b"User-agent: *\nDisallow: /secret\n"
    filler = b"#" + b"x" * (MAX_BYTES - len(head) - 13) + b"\n"
    rules = RobotsRules.from_body(head + filler + b"Disallow: /private/other\n")
    assert not rules.decide("https://example.com/secret").allowed
    assert rules.decide(PAGE) is ALLOWED


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 2.5", 2.5),
        ("Crawl-delay: nan", None),
        ("Crawl-delay: inf", None),
        ("Crawl-delay: -1", None),
    ],
)
def test_a_crawl_delay_is_a_finite_time(line: str, seconds: float | None) -> None:
    assert RobotsRules.from_body(f"User-agent: *\n{line}\n".encode()).crawl_delay() == seconds


def test_no_file_no_crawl_delay() -> None:
    assert RobotsRules.from_answer(404, b"").crawl_delay() is None


def test_sitemaps_are_listed() -> None:
    body = (
        b"Sitemap: https://example.com/a.xml\nUser-agent: *\nDisallow:\nSitemap: https://example.com/b.xml\n"
    )
    expected = ("https://example.com/a.xml", "https://example.com/b.xml")
    assert RobotsRules.from_body(body).sitemaps == expected
