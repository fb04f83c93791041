"""The order in which a connector's rules speak about a URL."""

from __future__ import annotations

import pickle

import pytest

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import ALLOWED, Decision, Reason
from crawler.rules.filters import crawl_filter, file_filter, index_filter
from crawler.rules.link_rules import LinkRules
from crawler.rules.scope import Scope
from settings.scope import Follow


def address(text: str) -> WebAddress:
    parsed = parse_url(text)
    assert isinstance(parsed, WebAddress)
    return parsed


SEED = address("https://x.example/docs/")
RULES = LinkRules(
    scope=Scope(Follow.HOST, (SEED,)),
    max_depth=2,
    crawl=crawl_filter(include=["/docs/"], exclude=["/logout"]),
    index=index_filter(exclude=["/tags/"]),
    files=file_filter(include=[r"\.pdf$"], exclude=["draft"]),
    file_types=frozenset({"application/pdf"}),
)


@pytest.mark.parametrize(
    ("url", "depth", "reason", "rule"),
    [
        ("mailto:jo@x.example", 9, Reason.UNSUPPORTED_SCHEME, "mailto:"),
        ("https://y.example/logout" + "a" * 2_100, 9, Reason.URL_TOO_LONG, "2124 characters"),
        ("https://y.example/logout", 9, Reason.OUT_OF_SCOPE, "scope.follow host"),
        (
            "https://x.example/logout",
            9,
            Reason.EXCLUDED_BY_CRAWL_FILTER,
            "filters.crawl.exclude[0] '/logout'",
        ),
        ("https://x.example/blog/", 9, Reason.NOT_INCLUDED_BY_CRAWL_FILTER, "filters.crawl.include"),
        ("https://x.example/docs/a", 3, Reason.TOO_DEEP, "scope.max_depth 2"),
    ],
)
def test_the_first_rule_that_refuses_speaks(url: str, depth: int, reason: Reason, rule: str) -> None:
    assert RULES.decide(address(url), depth) == Decision(False, reason, rule)


def test_what_no_rule_refuses_is_crawled() -> None:
    assert RULES.decide(address("https://x.example/docs/a"), 2) is ALLOWED


def test_a_seed_needs_no_inclusion() -> None:
    assert RULES.decide(address("https://x.example/"), 0, is_seed=True) is ALLOWED
    assert not RULES.decide(address("https://x.example/logout"), 0, is_seed=True).allowed


def test_an_address_of_exactly_the_longest_length_is_crawled() -> None:
    longest = address("https://x.example/docs/" + "a" * (2_048 - 23))
    assert RULES.decide(longest, 1) is ALLOWED


def test_a_page_may_be_crawled_but_not_indexed() -> None:
    assert RULES.index_decision("https://x.example/docs/tags/a").reason is Reason.EXCLUDED_BY_INDEX_FILTER
    assert RULES.index_decision("https://x.example/docs/a") is ALLOWED


@pytest.mark.parametrize(
    ("url", "content_type", "reason"),
    [
        ("https://x.example/draft.pdf", "application/pdf", Reason.EXCLUDED_BY_FILE_FILTER),
        ("https://x.example/a.docx", "application/pdf", Reason.NOT_INCLUDED_BY_FILE_FILTER),
        ("https://x.example/a.pdf", "text/plain", Reason.FILE_TYPE_NOT_WANTED),
        ("https://x.example/a.pdf", "Application/PDF; charset=binary", None),
    ],
)
def test_files_are_wanted_by_address_and_type(url: str, content_type: str, reason: Reason | None) -> None:
    assert RULES.file_decision(url, content_type).reason is reason


def test_a_type_can_be_wanted_with_all_its_subtypes() -> None:
    rules = LinkRules(scope=Scope(Follow.ANY, ()), max_depth=1, file_types=frozenset({"image/*"}))
    assert rules.file_decision("https://x.example/a", "image/png") is ALLOWED
    assert rules.file_decision("https://x.example/a", "images/png").reason is Reason.FILE_TYPE_NOT_WANTED
    assert rules.file_decision("https://x.example/a", "").rule == "filters.files.types: no type"


def test_no_file_is_wanted_where_attachments_are_off() -> None:
    rules = LinkRules(scope=Scope(Follow.ANY, ()), max_depth=1, attachments=False)
    decision = rules.file_decision("https://x.example/a.pdf", "application/pdf")
    assert decision == Decision(False, Reason.ATTACHMENTS_OFF, "attachments")


def test_rules_survive_the_way_to_a_parser_process() -> None:
    copy = pickle.loads(pickle.dumps(RULES)).with_redirected_seed(address("https://z.example/"))
    assert copy.decide(address("https://z.example/docs/a"), 1) is ALLOWED
    assert copy.decide(address("https://x.example/logout"), 1).reason is Reason.EXCLUDED_BY_CRAWL_FILTER
