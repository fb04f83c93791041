"""Asking for robots.txt: redirects, limits, and why there is no answer."""

from __future__ import annotations

import pytest

from catalog.vocabulary import Reason
from crawler.fetch.robots_answer import RobotsAnswer
from tests.crawler.fetch.conftest import MakeFetcher
from tests.crawler.fetch.faux_site import answer, serve

RULES = b"User-agent: *\nDisallow: /x\n"


async def test_the_file_of_an_origin_is_asked_for(make_fetcher: MakeFetcher) -> None:
    async with serve({"/robots.txt": answer(RULES, content_type="text/plain")}) as site:
        assert await make_fetcher(site.url()).fetch_robots(site.origin) == RobotsAnswer(200, RULES)


async def test_redirects_are_followed_to_other_hosts_too(make_fetcher: MakeFetcher) -> None:
    async with serve({"/r": answer(RULES)}) as target:
        answers = {
            "/robots.txt": answer(b"elsewhere", "301 x", Location="/moved"),
            "/moved": answer(b"elsewhere", "302 x", Location=target.url("/r")),
        }
        async with serve(answers) as site:
            got = await make_fetcher(site.url(), target.url()).fetch_robots(site.origin)
    assert got == RobotsAnswer(200, RULES)


async def test_a_sixth_redirect_is_the_answer(make_fetcher: MakeFetcher) -> None:
    async with serve({"/robots.txt": answer(status="302 x", Location="/robots.txt")}) as site:
        assert await make_fetcher(site.url()).fetch_robots(site.origin) == RobotsAnswer(302)
    assert len(site.requests) == 6


async def test_a_redirect_to_a_forbidden_address_is_not_followed(make_fetcher: MakeFetcher) -> None:
    async with serve({"/robots.txt": answer(RULES)}) as inner:
        moved = answer(status="302 x", Location=inner.url("/robots.txt"))
        async with serve({"/robots.txt": moved}) as site:
            got = await make_fetcher(site.url()).fetch_robots(site.origin)
    assert got.status is None
    assert got.failure is Reason.FORBIDDEN_ADDRESS
    assert inner.connections == 0


@pytest.mark.parametrize("status", [404, 403, 500])
async def test_other_answers_are_told_by_their_status(make_fetcher: MakeFetcher, status: int) -> None:
    async with serve({"/robots.txt": answer(b"sorry", f"{status} x")}) as site:
        assert await make_fetcher(site.url()).fetch_robots(site.origin) == RobotsAnswer(status)


async def test_a_busy_server_says_when_to_come_back(make_fetcher: MakeFetcher) -> None:
    async with serve({"/robots.txt": answer(status="503 x", Retry_After="9")}) as site:
        got = await make_fetcher(site.url()).fetch_robots(site.origin)
    assert got == RobotsAnswer(503, retry_after=9.0)


async def test_no_answer_has_its_reason(make_fetcher: MakeFetcher, refusing_port: int) -> None:
    origin = f"http://127.0.0.1:{refusing_port}"
    got = await make_fetcher(origin).fetch_robots(origin)
    expected = f"127.0.0.1:{refusing_port} refuses connections"
    assert got == RobotsAnswer(None, failure=Reason.CONNECTION_FAILED, detail=expected)


async def test_only_the_first_500_kibibytes_are_taken(make_fetcher: MakeFetcher) -> None:
    async with serve({"/robots.txt": answer(RULES * 100_000)}) as site:
        got = await make_fetcher(site.url()).fetch_robots(site.origin)
    assert len(got.body) == 500 * 1024
    assert got.body.startswith(RULES)
