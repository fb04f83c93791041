"""By real proxies of other makers: squid (Debian) and proxy.py (PyPI)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.vocabulary import Reason
from crawler.auth.negotiate import NegotiateScheme
from crawler.fetch.fetcher import HttpFetcher
from crawler.outcome import Failed, HtmlFetched, Outcome, Refused
from tests.crawler.fetch.conftest import address, task
from tests.crawler.fetch.faux_site import FauxSite, serve
from tests.crawler.fetch.proxied import PAGE, ROBOTS, fetcher, server_tls
from tests.support.handshake_server import serve_handshakes
from tests.support.ports import free_port
from tests.support.proxies import RealProxy, serve_proxy_py, serve_squid

NAMES = {"intranet.test": "127.0.0.1", "localhost": "127.0.0.1"}
TLS_PORT = free_port()
"""Where the https site of these tests listens: squid must have been told before."""
PAGES = {f"/{number}": PAGE for number in range(12)} | {"/robots.txt": ROBOTS}


@pytest.fixture(scope="module", params=["none", "basic", "digest"])
def squid(request: pytest.FixtureRequest) -> Iterator[tuple[str, RealProxy]]:
    """A squid for each way of authentication; a nonce of its Digest is good for five requests."""
    with serve_squid(
        authentication=request.param, names=NAMES, tunnelled=[443, TLS_PORT], nonce_uses=5
    ) as proxy:
        yield request.param, proxy


def way(kind: str, proxy: RealProxy, password: str = "secret") -> dict[str, Any]:
    if kind == "none":
        return {"url": f"http://{proxy.name}"}
    return {"url": f"http://{proxy.name}", "username": "eva", "password": password, "type": kind}


async def crawl(visitor: HttpFetcher, origin: str) -> list[Outcome]:
    """A site's pages, the first alone and then several at once."""
    first = await visitor.fetch(task(f"{origin}/0"))
    pages = (task(f"{origin}/{number}") for number in range(12))
    return [first, *await asyncio.gather(*map(visitor.fetch, pages))]


async def test_a_site_in_clear_is_crawled_through_squid(squid: tuple[str, RealProxy]) -> None:
    kind, proxy = squid
    async with serve(PAGES) as site:
        origin = f"http://intranet.test:{site.port}"
        async with fetcher(way(kind, proxy), origin) as visitor:
            robots = await visitor.fetch_robots(origin)
            outcomes = await crawl(visitor, origin)
    assert robots.status == 200
    assert all(isinstance(outcome, HtmlFetched) for outcome in outcomes), outcomes
    forwarded = proxy.lines_with(f"GET {origin}/", "TCP_MISS/200", at_least=14)
    assert len(forwarded) == len(site.requests) == 14
    assert all("squid" in request.headers["via"] for request in site.requests)


async def test_a_site_with_tls_is_crawled_through_squid(
    squid: tuple[str, RealProxy], certificate: Path
) -> None:
    kind, proxy = squid
    site = FauxSite(PAGES, "https", TLS_PORT)
    tunnels = (f"CONNECT 127.0.0.1:{TLS_PORT} ", "/200 ")
    before = len(proxy.lines_with(*tunnels))
    server = await asyncio.start_server(
        site.serve_connection, "127.0.0.1", TLS_PORT, ssl=server_tls(certificate)
    )
    seed = f"https://127.0.0.1:{TLS_PORT}"
    async with fetcher(way(kind, proxy), seed, ca_file=certificate) as visitor:
        outcomes = await crawl(visitor, seed)
    server.close()
    assert all(isinstance(outcome, HtmlFetched) for outcome in outcomes), outcomes
    expected = before + site.connections
    assert len(await asyncio.to_thread(proxy.lines_with, *tunnels, at_least=expected)) == expected


async def test_squid_says_why_a_site_cannot_be_reached(squid: tuple[str, RealProxy]) -> None:
    kind, proxy = squid
    port = free_port()
    origin = f"http://intranet.test:{port}"
    async with fetcher(way(kind, proxy), origin) as visitor:
        outcome = await visitor.fetch(task(f"{origin}/"))
        denied = await visitor.fetch(task(f"https://intranet.test:{port}/"))
    assert outcome == Failed(
        Reason.CONNECTION_FAILED,
        f"the proxy {proxy.name} cannot reach intranet.test:{port}: it gets no connection; "
        "if the host is to be reached directly, add it to proxy.bypass",
    )
    assert denied == Failed(
        Reason.PROXY_REFUSED,
        f"the proxy {proxy.name} refuses intranet.test:{port} (403 to CONNECT): allow it there, "
        "or add the host to proxy.bypass",
    )


@pytest.mark.parametrize("kind", ["basic", "digest"])
async def test_squid_rejects_wrong_credentials_twice_at_most(kind: str) -> None:
    with serve_squid(authentication=kind, names=NAMES) as proxy:
        origin = "http://intranet.test"
        async with fetcher(way(kind, proxy, "wrong"), origin) as visitor:
            outcomes = await crawl(visitor, origin)
        assert all(
            isinstance(outcome, Refused) and outcome.reason is Reason.PROXY_UNAUTHORIZED
            for outcome in outcomes
        )
        named = proxy.lines_with(" eva ", at_least=2)
    assert len(named) == 2


async def test_a_site_of_ntlm_keeps_its_connection_through_squid(
    tmp_path: Path,
) -> None:
    """Squid allows no tunnel there: it must pin its own connection to ours (RFC 4559 section 6)."""
    accounts = tmp_path / "accounts"
    accounts.write_text("CORP:eva:schlüssel\n")
    with (
        serve_squid(names=NAMES) as proxy,
        serve_handshakes("--offers", "NTLM", environment={"NTLM_USER_FILE": str(accounts)}) as site,
    ):
        probe = address(site.url("/page"))
        scheme = NegotiateScheme("ntlm", r"CORP\eva", "schlüssel", origins=[site.origin], probe=probe)
        async with fetcher(
            {"url": f"http://{proxy.name}"},
            site.origin,
            logins={site.origin: scheme.auth},
            pinned_origins=[site.origin],
        ) as visitor:
            outcomes = [await visitor.fetch(task(site.url(f"/page{number}"))) for number in range(10)]
        counts = site.counts()
    assert all(isinstance(outcome, HtmlFetched) for outcome in outcomes), outcomes
    assert (counts["attempts"], counts["connections"]) == (1, 1)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_pages_come_through_proxy_py_with_basic(scheme: str, certificate: Path) -> None:
    account = ("eva", "secret")
    with serve_proxy_py(account=account, certificate=certificate if scheme == "https" else None) as proxy:
        setting = {"url": f"{scheme}://{proxy.name}", "username": "eva"}
        for tls in (None, server_tls(certificate)):
            async with serve(PAGES, tls) as site:
                seed = site.origin.replace("127.0.0.1", "localhost" if tls is None else "127.0.0.1")
                async with fetcher({**setting, "password": "secret"}, seed, ca_file=certificate) as visitor:
                    outcomes = await crawl(visitor, seed)
                async with fetcher({**setting, "password": "wrong"}, seed, ca_file=certificate) as visitor:
                    refused = await crawl(visitor, seed)
            assert all(isinstance(outcome, HtmlFetched) for outcome in outcomes), outcomes
            assert {type(outcome) for outcome in refused} == {Refused}
            assert len(site.requests) == 13
