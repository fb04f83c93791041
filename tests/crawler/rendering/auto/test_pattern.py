"""Path patterns: alike URLs share one, and no host has too many."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.rendering.auto.pattern import EVERYTHING, MOST_PATTERNS, PatternBook
from crawler.rules.url_pattern import host_of, path_pattern

SITE = "https://shop.example"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("", "/"),
        ("/", "/"),
        ("/about", "/*"),
        ("/about/", "/*/"),
        ("/products/123-red-shoe", "/products/*"),
        ("/products/77-hat", "/products/*"),
        ("/products/hat.html", "/products/*.html"),
        ("/products/hat.HTML", "/products/*.html"),
        ("/2024/11/25/a-post", "/*/*/*/*"),
        ("/users/550e8400-e29b-41d4-a716-446655440000/profile", "/users/*/*"),
        ("/c/9f86d081884c7d65/view.php", "/c/*/*.php"),
        ("/blog/how-we-moved-the-warehouse/comments", "/blog/*/*"),
        ("/docs/v2/install", "/docs/*/*"),
        ("/docs/3.11/library/os.html", "/docs/*/library/*.html"),
        ("/files/archive.tar.gz", "/files/*.gz"),
        ("/release-1.2.3", "/*"),
        ("//double//slash", "/double/*"),
        ("/a/b/c/d/e/f/g/h", "/a/b/c/d/e/**"),
        ("/view;jsessionid=8A7F", "/*"),
        ("/search?q=valve&page=2", "/*?page&q"),
        ("/search?page=7&q=pump", "/*?page&q"),
        ("/list?filter1=a&filter2=b", "/*?filter*"),
        ("/?id=7", "/?id"),
        ("/#/guide/install", "/#/guide/*"),
        ("/#!/orders/77", "/#!/orders/*"),
        ("/app?x=1#/guide?id=part", "/*?x#/*"),
        ("/page#section-2", "/*"),
    ],
)
def test_a_path_is_generalised(path: str, pattern: str) -> None:
    assert path_pattern(SITE + path) == pattern


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example", "shop.example"),
        ("https://shop.example:8443/a", "shop.example:8443"),
        ("http://shop.example?q=a/b", "shop.example"),
        ("http://[::1]:80/#x", "[::1]:80"),
    ],
)
def test_the_host_is_that_of_the_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_folders_side_by_side_that_are_too_many_are_data() -> None:
    book = PatternBook()
    people = [f"/people/{a}{b}/photo" for a in "abcdefgh" for b in "xyz"]
    patterns = [book.of(SITE + path) for path in people]
    assert patterns[:16] == [path.replace("photo", "*") for path in people[:16]]
    assert set(patterns[16:]) == {"/people/*/*"}
    assert book.of(SITE + people[0]) == "/people/ax/*", "what was told apart remains so"


def test_beyond_the_most_patterns_parents_stand_for_what_lies_below() -> None:
    book = PatternBook()
    letters = string.ascii_lowercase
    for first in letters[:12]:
        for second in letters[:11]:
            book.of(f"{SITE}/{first}/{second}/x")
    assert len(book) >= MOST_PATTERNS
    assert book.of(f"{SITE}/a/new?id=7") == "/a/**"
    assert book.of(f"{SITE}/alone?q=1") == EVERYTHING
    assert book.of(f"{SITE}/a/b/x") == "/a/b/*", "a known pattern stays"


def test_looking_a_pattern_up_does_not_make_it_known() -> None:
    book = PatternBook()
    assert book.lookup(f"{SITE}/a/b") == "/a/*"
    assert len(book) == 0


_segments = st.text(alphabet=string.ascii_letters + string.digits + "-_.~%;=&?#!/é日", max_size=12)
_urls = st.lists(_segments, max_size=9).map(lambda parts: SITE + "/" + "/".join(parts))


@settings(deadline=None)
@given(_urls)
def test_every_address_has_a_pattern_that_is_stable_and_short(url: str) -> None:
    pattern = path_pattern(url)
    assert pattern.startswith("/")
    assert path_pattern(url) == pattern
    assert len(pattern) <= 600


@settings(deadline=None, max_examples=30)
@given(st.lists(_urls, max_size=400, unique=True))
def test_a_book_is_bounded_and_knows_what_it_gave(urls: list[str]) -> None:
    book = PatternBook()
    for url in urls:
        assert book.lookup(url) == book.of(url)
    assert len(book) <= 2 * MOST_PATTERNS
    restored = PatternBook()
    known = {book.lookup(url) for url in urls}
    for pattern in known:
        restored.add(pattern)
    assert len(restored) == len(known)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_never_tell_patterns_apart(one: int, other: int) -> None:
    for form in ("/p/{}", "/p/{}/x", "/p/item-{}-red/x.html", "/p?{0}={0}", "/#/p/{}"):
        assert path_pattern(SITE + form.format(one)) == path_pattern(SITE + form.format(other))
