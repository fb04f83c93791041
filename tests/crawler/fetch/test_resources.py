"""What a rendered page asks for: its own headers, its origin's login, and a cap on every body."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

import httpx2
import pytest

from catalog.vocabulary import Reason
from crawler.auth.header_logins import HeaderLogin, bearer_scheme
from crawler.fetch.decoding import BodyTooLargeError
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.http11 import Headers
from crawler.fetch.resource import ResourceAnswer
from crawler.outcome import Failed, Refused
from tests.crawler.fetch.conftest import MakeFetcher, address
from tests.crawler.fetch.faux_site import answer, serve


def uncounted(_more: int) -> None:
    """Any body will do."""


async def ask(
    fetcher: HttpFetcher,
    url: str,
    *fields: tuple[bytes, bytes],
    max_bytes: int = 100_000,
    seconds: float = 5.0,
    count: Callable[[int], None] = uncounted,
    reads_body: bool = True,
) -> ResourceAnswer | Failed | Refused:
    sent: Headers = list(fields)
    return await fetcher.fetch_resource(
        address(url), sent, seconds=seconds, max_bytes=max_bytes, count=count, reads_body=reads_body
    )


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body without an end, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x" * 65_536)
        await writer.drain()


async def test_the_headers_of_the_page_replace_the_fetchers_own(make_fetcher: MakeFetcher) -> None:
    async with serve({"/api": answer(b"{}", content_type="application/json")}) as site:
        fetched = await ask(
            make_fetcher(site.url()),
            site.url("/api"),
            (b"accept", b"application/json"),
            (b"x-requested-with", b"XMLHttpRequest"),
            (b"cookie", b"a=1"),
        )
    assert isinstance(fetched, ResourceAnswer)
    assert (fetched.status, fetched.body) == (200, b"{}")
    sent = site.requests[0].headers
    assert (sent["accept"], sent["x-requested-with"]) == ("application/json", "XMLHttpRequest")
    assert sent["cookie"] == "a=1"
    assert sent["user-agent"].startswith("sitelore/")
    assert sent["accept-encoding"] == "gzip, br, zstd, deflate"


async def test_cookies_that_are_set_stand_apart(make_fetcher: MakeFetcher) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a=1, x; Path=/\r\nset-cookie: b=2\r\n\r\n"
    async with serve({"/": raw}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert isinstance(fetched, ResourceAnswer)
    assert [value for name, value in fetched.headers if name == "set-cookie"] == ["a=1, x; Path=/", "b=2"]


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "401 Unauthorized"])
async def test_the_body_of_an_error_is_the_pages_to_read(make_fetcher: MakeFetcher, status: str) -> None:
    async with serve({"/": answer(b'{"error": "why"}', status)}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert isinstance(fetched, ResourceAnswer)
    assert (fetched.status, fetched.body) == (int(status[:3]), b'{"error": "why"}')


async def test_a_redirect_is_not_followed(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"see", "302 Found", Location="/b")}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert isinstance(fetched, ResourceAnswer)
    assert (fetched.status, dict(fetched.headers)["location"], fetched.body) == (302, "/b", b"")
    assert len(site.requests) == 1


async def test_a_compressed_body_comes_as_it_was(make_fetcher: MakeFetcher) -> None:
    body = b"let a = 1;" * 500
    async with serve({"/": answer(gzip.compress(body), Content_Encoding="gzip")}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert isinstance(fetched, ResourceAnswer)
    assert fetched.body == body


async def test_a_head_reads_no_body(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"x" * 1_000)}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url(), reads_body=False)
    assert isinstance(fetched, ResourceAnswer)
    assert (fetched.body, dict(fetched.headers)["content-length"]) == (b"", "1000")


async def test_a_body_that_says_that_it_is_too_large_is_not_read(make_fetcher: MakeFetcher) -> None:
    gigabyte = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    async with serve({"/": gigabyte}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert fetched == Refused(Reason.TOO_LARGE, "Content-Length 1,073,741,824 is beyond 100,000 bytes")


async def test_an_endless_body_stops_at_the_cap(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": endless}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert fetched == Refused(Reason.TOO_LARGE, "the body is larger than 100,000 bytes")


async def test_the_fetchers_own_cap_holds_as_well(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": endless}) as site:
        fetched = await ask(make_fetcher(site.url(), max_bytes=5_000), site.url())
    assert fetched == Refused(Reason.TOO_LARGE, "the body is larger than 5,000 bytes")


async def test_who_counts_may_stop_a_body(make_fetcher: MakeFetcher) -> None:
    counted = 0

    def count(more: int) -> None:
        nonlocal counted
        counted += more
        if counted > 70_000:
            raise BodyTooLargeError("the page has had enough")

    async with serve({"/": endless}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url(), max_bytes=1 << 30, count=count)
    assert fetched == Refused(Reason.TOO_LARGE, "the page has had enough")
    assert counted < 5_000_000


async def test_a_stream_of_events_is_not_listened_to(make_fetcher: MakeFetcher) -> None:
    async def events(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        await asyncio.sleep(30)

    async with serve({"/": events}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url())
    assert isinstance(fetched, Refused)
    assert fetched.detail == f"{site.host} answered with text/event-stream"


async def test_silence_is_given_up_after_the_time_that_is_left(make_fetcher: MakeFetcher) -> None:
    async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serve({"/": silent}) as site:
        fetched = await ask(make_fetcher(site.url()), site.url(), seconds=0.1)
    assert isinstance(fetched, Failed)
    assert fetched.reason is Reason.TIMEOUT


async def test_the_guard_holds(make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher("http://127.0.0.1:1/", names={"inner.test": ("10.0.0.1",)})
    fetched = await ask(fetcher, "http://inner.test/secret.json")
    assert isinstance(fetched, Refused)
    assert fetched.reason is Reason.FORBIDDEN_ADDRESS


async def test_a_login_goes_to_its_origin_alone(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"")}) as ours, serve({"/": answer(b"")}) as other:
        logins: dict[str, httpx2.Auth] = {ours.origin: HeaderLogin({"Authorization": "Bearer ours"})}
        fetcher = make_fetcher(ours.url(), other.url(), logins=logins)
        await ask(fetcher, ours.url())
        await ask(fetcher, other.url())
    assert ours.requests[0].headers["authorization"] == "Bearer ours"
    assert "authorization" not in other.requests[0].headers


async def test_the_login_speaks_for_itself_where_a_script_would(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"")}) as site:
        login = bearer_scheme("ours", origins=[site.origin], probe=address(site.url())).auth
        own = (b"authorization", b"Bearer undefined")
        await ask(make_fetcher(site.url(), logins={site.origin: login}), site.url(), own)
        await ask(
            make_fetcher(site.url(), logins={site.origin: HeaderLogin({"X-Key": "k"})}), site.url(), own
        )
    assert site.requests[0].headers["authorization"] == "Bearer ours"
    assert site.requests[1].headers["authorization"] == "Bearer undefined"
    assert site.requests[1].headers["x-key"] == "k"
