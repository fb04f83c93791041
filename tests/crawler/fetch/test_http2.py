"""HTTP/2 where TLS negotiates it: one connection for all, renewed when it goes away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2

from crawler.outcome import HtmlFetched, Outcome, Refused
from tests.crawler.fetch.conftest import MakeFetcher, task
from tests.crawler.fetch.http2_site import serve_http2


def bodies(outcomes: list[Outcome]) -> list[bytes]:
    return [outcome.body for outcome in outcomes if isinstance(outcome, HtmlFetched)]


async def test_requests_at_the_same_time_share_one_connection(
    make_fetcher: MakeFetcher, certificate: Path
) -> None:
    async with serve_http2(certificate) as site:
        fetcher = make_fetcher(site.url(), ca_file=certificate)
        tasks = [task(site.url(f"/{number}")) for number in range(50)]
        outcomes = await asyncio.gather(*(fetcher.fetch(each) for each in tasks))
        assert bodies(outcomes) == [f"/{number}".encode() for number in range(50)]
        assert site.connections == 1
        assert site.authorities == {f"127.0.0.1:{site.port}"}
        await fetcher.aclose()


async def test_a_connection_that_goes_away_is_renewed(make_fetcher: MakeFetcher, certificate: Path) -> None:
    async with serve_http2(certificate, requests_per_connection=3) as site:
        fetcher = make_fetcher(site.url(), ca_file=certificate)
        outcomes = [await fetcher.fetch(task(site.url(f"/{number}"))) for number in range(8)]
        assert bodies(outcomes) == [f"/{number}".encode() for number in range(8)]
        assert site.connections == 3
        await fetcher.aclose()


async def test_a_body_that_was_refused_leaves_the_connection_to_the_others(
    make_fetcher: MakeFetcher, certificate: Path
) -> None:
    async with serve_http2(certificate) as site:
        fetcher = make_fetcher(site.url(), ca_file=certificate, max_bytes=10)
        assert isinstance(await fetcher.fetch(task(site.url("/much-too-long"))), Refused)
        assert bodies([await fetcher.fetch(task(site.url("/short")))]) == [b"/short"]
        assert site.connections == 1
        await fetcher.aclose()


async def test_a_login_flows_over_http2_too(make_fetcher: MakeFetcher, certificate: Path) -> None:
    async with serve_http2(certificate) as site:
        logins: dict[str, httpx2.Auth] = {site.url(""): httpx2.BasicAuth("jo", "secret")}
        fetcher = make_fetcher(site.url(), ca_file=certificate, logins=logins)
        assert bodies([await fetcher.fetch(task(site.url("/a")))]) == [b"/a"]
        await fetcher.aclose()
