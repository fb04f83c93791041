"""What an address shows of itself, before anything is asked."""

from __future__ import annotations

import pytest

from crawler.rules.traps.looks import looks_of

SITE = "https://wiki.example"


@pytest.mark.parametrize(
    ("path", "repeated"),
    [
        ("/a/a/a/", "/a"),
        ("/docs/en/docs/en/docs/en/x", "/docs/en"),
        ("/x/one/two/one/two/one/two", "/one/two"),
        ("/a/a/", None),
        ("/a/b/a/c/a/d", None),
        ("/en/en/", None),
        ("/aa/a/aaa", None),
        ("/2011/11/11/11/", None),
        ("/" + "/".join(["x", "y"] * 400), "/x/y"),
        ("/?path=/a/a/a/", None),
    ],
)
def test_three_times_the_same_segments_in_a_row_are_a_trap(path: str, repeated: str | None) -> None:
    assert looks_of(SITE + path).repeated == repeated


@pytest.mark.parametrize(
    ("path", "patterns"),
    [
        ("", ("/",)),
        ("/thread/17", ("/thread/*",)),
        ("/shop?size=m", ("/*?size",)),
        ("/shop?size=m&colour=red", ("/*?colour&size", "/shop?**")),
        ("/shop/shoes?colour=red&size=m#top", ("/shop/*?colour&size", "/shop/shoes?**")),
        ("/view.jsp;jsessionid=7F3A", ("/*.jsp;jsessionid",)),
        ("/news/boats/news/team", ("/news/boats/news/*", "/**/news/**/news/**")),
        ("/2024/05/2024/05/x", ("/*/*/*/*/*",)),
    ],
)
def test_an_address_belongs_to_a_pattern_and_to_broader_ones(path: str, patterns: tuple[str, ...]) -> None:
    assert looks_of(SITE + path).keys == tuple(("wiki.example", pattern) for pattern in patterns)


@pytest.mark.parametrize(
    ("path", "is_suspect"),
    [
        ("/2024/05/12/slug", True),
        ("/news/2024-05/slug", True),
        ("/calendar?month=5", True),
        ("/calendar?view=2031-05-01", True),
        ("/calendar?d=20310501", True),
        ("/tribe-bar-date?tribe-bar-date=2024-05", True),
        ("/shop?colour=red&size=m", True),
        ("/en/guide/en/install", True),
        ("/thread/2024", False),
        ("/item?id=20240512", True),
        ("/item?id=171", False),
        ("/item?id=1.2024", False),
        ("/docs/3.11/library/os.html", False),
        ("/birthday?name=eva", False),
    ],
)
def test_dates_and_combinations_are_looked_at_more_strictly(path: str, *, is_suspect: bool) -> None:
    assert looks_of(SITE + path).is_suspect == is_suspect


def test_an_endless_page_says_nothing_of_the_page_beside_it() -> None:
    calendar = looks_of("https://club.example/calendar?year=2031&month=5")
    article = looks_of("https://club.example/article?id=7&lang=en")
    assert set(calendar.keys).isdisjoint(article.keys)
