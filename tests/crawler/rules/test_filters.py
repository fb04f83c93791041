"""The filter pairs: found anywhere, exclusion wins, and no pattern hangs the crawl."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.vocabulary import ALLOWED, Decision, Reason
from crawler.rules.filters import PatternError, PatternList, crawl_filter, file_filter, index_filter

URL = "https://example.com/docs/logout?sort=up"


def test_a_pattern_is_found_anywhere_in_the_whole_url() -> None:
    for pattern in ("^https:", r"example\.com", "/docs/", r"\?sort=", "up$"):
        assert not crawl_filter(exclude=[pattern]).decide(URL).allowed


def test_a_refusal_quotes_the_first_pattern_that_matches() -> None:
    decision = crawl_filter(exclude=["/never", "/logout", "/docs"]).decide(URL)
    assert decision == Decision(False, Reason.EXCLUDED_BY_CRAWL_FILTER, "filters.crawl.exclude[1] '/logout'")


def test_exclusion_wins_over_inclusion() -> None:
    pair = index_filter(include=["/docs/"], exclude=["/logout"])
    assert pair.decide(URL).reason is Reason.EXCLUDED_BY_INDEX_FILTER
    assert pair.decide("https://example.com/docs/a") is ALLOWED


def test_what_no_inclusion_matches_is_refused() -> None:
    decision = file_filter(include=[r"\.pdf$"]).decide(URL)
    assert decision == Decision(False, Reason.NOT_INCLUDED_BY_FILE_FILTER, "filters.files.include")


def test_a_seed_needs_no_inclusion_but_can_be_excluded() -> None:
    assert crawl_filter(include=["/nowhere/"]).decide(URL, is_seed=True) is ALLOWED
    assert not crawl_filter(exclude=["/logout"]).decide(URL, is_seed=True).allowed


def test_empty_lists_allow_everything() -> None:
    assert crawl_filter().decide(URL) is ALLOWED


def test_look_around_and_back_references_work() -> None:
    pair = crawl_filter(exclude=["/never", r"/docs/(?!public)", r"(\d)\1"])
    assert pair.decide(URL).rule == r"filters.crawl.exclude[1] '/docs/(?!public)'"
    assert pair.decide("https://example.com/docs/public") is ALLOWED
    assert not pair.decide("https://example.com/a/22").allowed


def test_the_first_match_is_the_first_across_both_kinds_of_pattern() -> None:
    assert PatternList("x", ["(?=docs)", "docs"]).first_match(URL, on_timeout=False) == 0
    assert PatternList("x", ["docs", "(?=docs)"]).first_match(URL, on_timeout=False) == 0


def test_a_pattern_that_gives_no_answer_in_time_counts_against_the_url() -> None:
    runaway = r"(?<!x)(a|aa)+$"
    url = "https://example.com/" + "a" * 2_000 + "!"
    assert PatternList("x", [runaway]).first_match(url, on_timeout=True) == 0
    assert PatternList("x", [runaway]).first_match(url, on_timeout=False) is None
    assert crawl_filter(exclude=[runaway]).decide(url).reason is Reason.EXCLUDED_BY_CRAWL_FILTER
    assert crawl_filter(include=[runaway]).decide(url).reason is Reason.NOT_INCLUDED_BY_CRAWL_FILTER


def test_a_thousand_patterns_are_one_pass_and_still_quoted() -> None:
    pair = crawl_filter(exclude=[f"/folder{n}/.*[a-z]{{3}}x?" for n in range(1_000)])
    rule = pair.decide("https://example.com/folder777/abc").rule
    assert rule == "filters.crawl.exclude[777] '/folder777/.*[a-z]{3}x?'"
    assert pair.decide("https://example.com/folder1000/ab").allowed


def test_a_broken_pattern_is_named_with_its_place() -> None:
    with pytest.raises(PatternError, match=r"filters\.crawl\.include\[1\] '\(' is not a regular"):
        crawl_filter(include=["fine", "("])


def test_lists_survive_pickling() -> None:
    pair = pickle.loads(pickle.dumps(crawl_filter(include=["(?=/docs)"], exclude=["/logout"])))
    assert not pair.decide(URL).allowed
    assert pair.decide("https://example.com/docs/a").allowed


SIMPLE_PATTERNS = st.lists(st.text(alphabet="ab/.", min_size=1, max_size=4), max_size=5)


@given(SIMPLE_PATTERNS, st.text(alphabet="abc/é", max_size=12))
def test_the_set_finds_what_each_pattern_alone_finds(patterns: list[str], url: str) -> None:
    alone = [index for index, pattern in enumerate(patterns) if re.search(pattern, url)]
    assert PatternList("x", patterns).first_match(url, on_timeout=False) == (alone[0] if alone else None)
