"""What pages have in common is fetched once, kept within bounds, and never what is one person's."""

from __future__ import annotations

import asyncio

import pytest

from crawler.rendering.freshness import KEPT_SECONDS, seconds_fresh
from crawler.rendering.interfaces import Answered, Withheld
from crawler.rendering.resource_cache import ResourceCache
from tests.crawler.rendering.loading import Clock, wants

URL = "https://wiki.test/x"
DATE = ("date", "Wed, 25 Nov 2026 12:00:00 GMT")


def answer(body: bytes = b"body", *headers: tuple[str, str], status: int = 200) -> Answered:
    return Answered(status, headers, body)


def fresh(kind: str, *headers: tuple[str, str], status: int = 200, **request: object) -> float:
    asked = wants(URL, kind, headers={"authorization": "x"} if request.get("authorization") else None)
    return seconds_fresh(asked, answer(b"", *headers, status=status))


@pytest.mark.parametrize("kind", ["Script", "Stylesheet", "Font", "Image"])
@pytest.mark.parametrize("status", [200, 301, 302, 404])
def test_what_pages_have_in_common_is_kept_whatever_its_headers_say(kind: str, status: int) -> None:
    assert fresh(kind, ("cache-control", "no-store"), ("vary", "Cookie"), status=status) == KEPT_SECONDS


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_failure_is_not_kept(status: int) -> None:
    assert fresh("Script", status=status) == 0
    assert fresh("XHR", ("cache-control", "max-age=60"), status=status) == 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([("cache-control", "max-age=60")], 60),
        ([("cache-control", "public, Max-Age=60")], 60),
        ([("cache-control", "max-age=60"), ("age", "20")], 40),
        ([("cache-control", "max-age=31536000, immutable")], KEPT_SECONDS),
        ([DATE, ("expires", "Wed, 25 Nov 2026 12:01:00 GMT")], 60),
        ([DATE, ("expires", "0")], 0),
        ([DATE, ("expires", "Wed, 25 Nov 2026 11:00:00 GMT")], 0),
        ([DATE, ("last-modified", "Wed, 25 Nov 2026 11:50:00 GMT")], 60),
        ([DATE, ("last-modified", "Wed, 25 Nov 2026 12:50:00 GMT")], 0),
        ([DATE, ("last-modified", "Wed, 25 Nov 2026 11:00:00 GMT"), ("content-type", "application/json")], 0),
        ([("last-modified", "yesterday"), DATE], 0),
        ([], 0),
        ([("cache-control", "no-store, max-age=60")], 0),
        ([("cache-control", "no-cache, max-age=60")], 0),
        ([("cache-control", "private, max-age=60")], 0),
        ([("cache-control", "max-age=60"), ("vary", "Accept-Encoding, Cookie")], 0),
        ([("cache-control", "max-age=60"), ("vary", "Accept-Encoding")], 60),
        ([("cache-control", "max-age=60"), ("vary", "*")], 0),
        ([("cache-control", "max-age=60"), ("set-cookie", "a=1")], 0),
    ],
)
def test_what_a_script_asks_for_is_kept_as_the_server_says(
    headers: list[tuple[str, str]], seconds: float
) -> None:
    assert fresh("XHR", *headers) == seconds


def test_what_was_asked_for_with_credentials_is_not_kept() -> None:
    assert fresh("XHR", ("cache-control", "max-age=60"), authorization=True) == 0


def test_an_answer_is_dropped_when_its_time_is_over() -> None:
    clock = Clock()
    cache = ResourceCache(clock=clock)
    cache.put("k", answer(), 10.0)
    clock.now = 9.9
    assert cache.get("k") == answer()
    clock.now = 10.0
    assert cache.get("k") is None
    assert cache.bytes == 0


def test_a_cookie_is_not_given_to_the_next_page() -> None:
    cache = ResourceCache()
    cache.put("k", answer(b"x", ("content-type", "text/css"), ("set-cookie", "sid=1")), 10.0)
    assert cache.get("k") == answer(b"x", ("content-type", "text/css"))


def test_beyond_its_size_the_cache_forgets_what_was_not_asked_for_the_longest_time() -> None:
    cache = ResourceCache(max_bytes=10_000)
    for name in "abc":
        cache.put(name, answer(b"x" * 2_000), 60.0)
    assert cache.get("a") is not None
    cache.put("d", answer(b"x" * 2_000), 60.0)
    assert [name for name in "abcd" if cache.get(name) is not None] == ["a", "c", "d"]
    assert cache.bytes <= 10_000


def test_one_large_answer_is_not_kept() -> None:
    cache = ResourceCache(max_entry_bytes=5_000)
    cache.put("k", answer(b"x" * 5_001), 60.0)
    assert cache.get("k") is None
    assert cache.bytes == 0


async def test_two_pages_that_want_the_same_at_once_fetch_it_once() -> None:
    cache, calls, go = ResourceCache(), [], asyncio.Event()

    async def bring() -> Answered:
        calls.append(1)
        await go.wait()
        return answer()

    both = [asyncio.create_task(cache.once("k", bring)) for _ in range(2)]
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*both) == [answer(), answer()]
    assert len(calls) == 1


async def test_a_page_that_leaves_takes_nothing_from_the_other_one() -> None:
    cache, go = ResourceCache(), asyncio.Event()

    async def bring() -> Answered:
        await go.wait()
        return answer()

    first, second = (asyncio.create_task(cache.once("k", bring)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await second == answer()
    assert first.cancelled()


async def test_a_request_that_nobody_waits_for_any_more_is_given_up() -> None:
    cache, ended = ResourceCache(), asyncio.Event()

    async def bring() -> Answered:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return answer()

    page = asyncio.create_task(cache.once("k", bring))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    page.cancel()
    await asyncio.wait_for(ended.wait(), 5)


async def test_what_was_withheld_is_asked_for_anew() -> None:
    cache = ResourceCache()
    answers: list[Answered | Withheld] = [Withheld("timeout"), answer()]

    async def bring() -> Answered | Withheld:
        return answers.pop(0)

    assert await cache.once("k", bring) == Withheld("timeout")
    assert await cache.once("k", bring) == answer()
