"""The browser's own proxy: only the browser may use it, and whatever it is asked, the guard has its say."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from catalog.vocabulary import Reason
from crawler.browser.egress import Egress
from crawler.browser.proxy_request import parse_proxy_request
from tests.crawler.browser.conftest import address, network_to
from tests.support.changing_site import Answer, ChangingSite, page, serve_site


@pytest.fixture(scope="module")
def site() -> Iterator[ChangingSite]:
    with serve_site({"/": page("Harbour"), "/large": Answer(b"gull" * 500_000)}) as served:
        yield served


@asynccontextmanager
async def talking_to(egress: Egress) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(egress.address.rpartition(":")[2]))
    try:
        yield reader, writer
    finally:
        writer.close()


def credentials_of(egress: Egress) -> str:
    token = base64.b64encode(":".join(egress.credentials).encode()).decode()
    return f"Proxy-Authorization: Basic {token}\r\n"


async def ask(egress: Egress, *heads: str) -> str:
    """What the proxy says to requests that follow each other on one connection, until it closes it."""
    async with talking_to(egress) as (reader, writer):
        for head in heads:
            writer.write(f"{head}\r\n".encode())
        writer.write_eof()
        return (await reader.read()).decode()


async def test_nobody_without_the_credentials_of_the_run_may_use_it(site: ChangingSite) -> None:
    async with Egress(network_to(site.url())) as egress:
        plain = f"GET {site.url()} HTTP/1.1\r\nHost: x\r\n"
        wrong = "Proxy-Authorization: Basic c2l0ZWxvcmU6Z3Vlc3NlZA==\r\n"
        for head in (plain, plain + wrong, f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n"):
            said = await ask(egress, head)
            assert said.startswith("HTTP/1.1 407 Proxy Authentication Required\r\n")
            assert 'Proxy-Authenticate: Basic realm="sitelore"' in said
        assert not egress.passages
        assert egress.credentials[1] not in repr(egress)


async def test_requests_in_clear_follow_each_other_on_one_connection_and_arrive_whole(
    site: ChangingSite,
) -> None:
    site.take_log()
    async with Egress(network_to(site.url())) as egress:
        head = f"GET {site.url('/large')} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{credentials_of(egress)}"
        async with talking_to(egress) as (reader, writer):
            for _ in range(2):
                writer.write(f"{head}\r\n".encode())
                answer = await reader.readuntil(b"\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 200 OK")
                assert await reader.readexactly(2_000_000) == b"gull" * 500_000
        assert len(egress.passages) == 1
    assert [asked.path for asked in site.log] == ["/large", "/large"]
    assert not any(name.startswith("proxy") for asked in site.log for name in asked.headers)


async def test_a_tunnel_carries_bytes_both_ways(site: ChangingSite) -> None:
    async with Egress(network_to(site.url())) as egress, talking_to(egress) as (reader, writer):
        writer.write(f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n{credentials_of(egress)}\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"Harbour" in await reader.read()
        (passage,) = egress.passages
        assert passage.is_tunnel
        assert passage.received_bytes > 100


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("CONNECT 169.254.169.254:443 HTTP/1.1\r\n", 403),
        ("GET http://169.254.169.254/latest/ HTTP/1.1\r\n", 403),
        ("CONNECT localhost:1 HTTP/1.1\r\n", 403),  # another port of this machine than the seed's
        ("CONNECT nowhere.invalid:443 HTTP/1.1\r\n", 502),
        ("GET http://connectivitycheck.gstatic.com/generate_204 HTTP/1.1\r\n", 403),
    ],
)
async def test_what_may_not_or_cannot_be_reached_is_answered_and_its_reason_kept(
    site: ChangingSite, head: str, status: int
) -> None:
    async with Egress(network_to(site.url())) as egress:
        said = await ask(egress, head + credentials_of(egress))
        assert said.startswith(f"HTTP/1.1 {status} ")
        (passage,) = egress.passages
        assert passage.fault is not None
        assert passage.fault.detail in said
        assert passage.received_bytes == 0


async def test_the_fault_of_a_site_can_be_asked_for_until_it_is_reached(site: ChangingSite) -> None:
    gone = address("http://nowhere.invalid/")
    async with Egress(network_to(site.url())) as egress:
        assert egress.fault_of(gone.site) is None
        await ask(egress, f"GET {gone.url} HTTP/1.1\r\n{credentials_of(egress)}")
        fault = egress.fault_of(gone.site)
        assert fault is not None
        assert fault.reason is Reason.DNS_FAILED
        assert "nowhere.invalid" in fault.detail


@pytest.mark.parametrize(
    "head",
    ["GET / HTTP/1.1\r\n", "GET https://a.example/ HTTP/1.1\r\n", "nonsense\r\n", "CONNECT :0 HTTP/1.1\r\n"],
)
async def test_what_is_no_request_to_a_proxy_is_refused(site: ChangingSite, head: str) -> None:
    async with Egress(network_to(site.url())) as egress:
        assert (await ask(egress, head)).startswith("HTTP/1.1 400 Bad Request")


async def test_connections_beyond_the_cap_are_turned_away(site: ChangingSite) -> None:
    async with Egress(network_to(site.url()), max_connections=1) as egress, talking_to(egress) as (_, writer):
        writer.write(b"GET ")
        await writer.drain()
        await asyncio.sleep(0)
        for _ in range(100):  # the first one is counted as soon as it is accepted
            if (said := await ask(egress)).startswith("HTTP/1.1 503 Service Unavailable"):
                break
        assert "too many connections" in said


async def test_a_tunnel_in_which_nothing_moves_is_closed(site: ChangingSite) -> None:
    async with (
        Egress(network_to(site.url()), idle_seconds=0.2) as egress,
        talking_to(egress) as (reader, writer),
    ):
        writer.write(f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n{credentials_of(egress)}\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.read() == b""


async def test_closing_it_cuts_what_is_open(site: ChangingSite) -> None:
    egress = Egress(network_to(site.url()))
    async with egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(egress.address.rpartition(":")[2]))
        writer.write(f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n{credentials_of(egress)}\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
    try:
        assert await reader.read() == b""
    except ConnectionResetError:
        pass
    finally:
        writer.close()


def test_the_path_goes_on_exactly_as_the_browser_wrote_it() -> None:
    written = "/A%2fb/../c?x=%7e&&y=[1]"
    request = parse_proxy_request(f"GET http://Wiki.Example:8080{written} HTTP/1.1\r\nTe: x\r\n\r\n".encode())
    assert request is not None
    assert request.target == written
    assert request.site.host == "wiki.example:8080"
    assert request.fields() == [(b"Connection", b"keep-alive")]


def test_an_address_without_a_path_asks_for_the_root() -> None:
    for written, target in (("http://a.example", "/"), ("http://a.example?x=/y", "/?x=/y")):
        request = parse_proxy_request(f"GET {written} HTTP/1.1\r\n\r\n".encode())
        assert request is not None
        assert request.target == target
