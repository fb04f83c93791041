"""Every request goes by the proxy: pages and robots.txt, in clear and by TLS, whatever the proxy speaks."""
# ruff: noqa: SIM117 - a proxy, then a site that is known only inside it

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from catalog.vocabulary import Reason
from crawler.fetch.network import AddressForbiddenError
from crawler.fetch.proxies.environment import environment_routes
from crawler.fetch.proxies.errors import ProxyUnusableError
from crawler.outcome import Failed, HtmlFetched, Refused
from tests.crawler.fetch.conftest import MakeFetcher, address, task
from tests.crawler.fetch.faux_site import answer, serve
from tests.crawler.fetch.http2_site import serve_http2
from tests.crawler.fetch.proxied import PAGE, ROBOTS, fetcher, network, serve_only_for, server_tls
from tests.support.loopback import listening
from tests.support.own_proxy import OwnProxy, own_http_proxy, own_socks_proxy

NAMES = {"intranet.test": "127.0.0.1", "wiki.test": "127.0.0.1"}
Serve = Callable[..., AbstractAsyncContextManager[OwnProxy]]


@asynccontextmanager
async def own_proxy(scheme: str, certificate: Path, **options: Any) -> AsyncIterator[OwnProxy]:
    if scheme == "socks5":
        async with own_socks_proxy(names=NAMES, **options) as proxy:
            yield proxy
        return
    tls = server_tls(certificate) if scheme == "https" else None
    async with own_http_proxy(tls, names=NAMES, **options) as proxy:
        yield proxy


@pytest.mark.parametrize("site_scheme", ["http", "https"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_no_request_goes_round_the_proxy(scheme: str, site_scheme: str, certificate: Path) -> None:
    tls = server_tls(certificate) if site_scheme == "https" else None
    async with (
        own_proxy(scheme, certificate) as proxy,
        serve_only_for(proxy, {"/": PAGE, "/b?c=d": PAGE, "/robots.txt": ROBOTS}, tls) as site,
    ):
        seed = f"{site_scheme}://wiki.test:{site.port}"
        async with fetcher({"url": f"{scheme}://{proxy.name}"}, seed, ca_file=certificate) as visitor:
            robots = await visitor.fetch_robots(seed)
            pages = [await visitor.fetch(task(seed + target)) for target in ("/", "/b?c=d", "/")]
            several = await asyncio.gather(*(visitor.fetch(task(seed + "/")) for _ in range(4)))
    assert (robots.status, robots.body) == (200, b"User-agent: *\nDisallow: /secret")
    assert all(isinstance(page, HtmlFetched) for page in (*pages, *several))
    assert site.connections <= 4
    assert {request.headers["host"] for request in site.requests} == {f"wiki.test:{site.port}"}
    asked = {method for method, _ in proxy.requests}
    assert asked == {"SOCKS" if scheme == "socks5" else "CONNECT" if tls else "GET"}


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_names_are_left_to_the_proxy(scheme: str, certificate: Path) -> None:
    async with own_proxy(scheme, certificate) as proxy, serve_only_for(proxy, {"/": PAGE}) as site:
        seed = f"http://intranet.test:{site.port}/"
        async with fetcher({"url": f"{scheme}://{proxy.name}"}, seed, ca_file=certificate) as visitor:
            assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
    target = f"intranet.test:{site.port}" if scheme == "socks5" else seed
    assert [asked for _, asked in proxy.requests] == [target]


async def test_http_2_is_spoken_through_a_tunnel(certificate: Path) -> None:
    async with own_http_proxy(names=NAMES) as proxy, serve_http2(certificate) as site:
        seed = f"https://wiki.test:{site.port}/"
        async with fetcher({"url": f"http://{proxy.name}"}, seed, ca_file=certificate) as visitor:
            pages = await asyncio.gather(*(visitor.fetch(task(seed)) for _ in range(5)))
    assert all(isinstance(page, HtmlFetched) for page in pages)
    assert proxy.requests == [("CONNECT", f"wiki.test:{site.port}")]


async def test_the_site_sees_nothing_of_the_proxys_credentials(certificate: Path) -> None:
    for scheme, tls in (("http", None), ("https", server_tls(certificate))):
        async with own_http_proxy(names=NAMES) as proxy, serve({"/": PAGE}, tls) as site:
            seed = f"{scheme}://wiki.test:{site.port}/"
            way = {"url": f"http://{proxy.name}", "username": "eva", "password": "secret"}
            async with fetcher(way, seed, ca_file=certificate) as visitor:
                await visitor.fetch(task(seed))
        assert proxy.credentials == ["Basic ZXZhOnNlY3JldA=="]
        (request,) = site.requests
        assert not [name for name in request.headers if name.startswith("proxy-")]


async def test_bypassed_hosts_are_reached_directly() -> None:
    async with own_http_proxy() as proxy, serve({"/": PAGE}) as site:
        way = {"url": f"http://{proxy.name}", "bypass": ["127.0.0.0/8"]}
        async with fetcher(way, site.url()) as visitor:
            assert isinstance(await visitor.fetch(task(site.url())), HtmlFetched)
    assert (site.connections, proxy.clients) == (1, 0)


async def test_the_environment_is_the_default_and_leaves_this_machine_alone() -> None:
    async with own_http_proxy(names=NAMES) as proxy, serve({"/": PAGE}) as site:
        routes = environment_routes({"http_proxy": f"http://eva:a%40b@{proxy.name}"})
        named = f"http://intranet.test:{site.port}/"
        async with fetcher(routes, site.url(), named) as visitor:
            assert isinstance(await visitor.fetch(task(site.url())), HtmlFetched)
            assert proxy.clients == 0
            assert isinstance(await visitor.fetch(task(named)), HtmlFetched)
    assert proxy.requests == [("GET", named)]
    assert proxy.credentials == ["Basic ZXZhOmFAYg=="]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is a cloud metadata address"),
        ("http://metadata.google.internal/", "169.254.169.254 is a cloud metadata address"),
        ("http://127.0.0.1:9/", "127.0.0.1 is a local address"),
        ("http://[::1]:9/", "::1 is a local address"),
        ("http://localhost:9/", "127.0.0.1 is a local address"),
        ("http://0x7f000001:9/", "127.0.0.1 is a local address"),
        ("http://10.1.2.3/", "10.1.2.3 is a private address"),
    ],
)
async def test_the_guard_still_refuses_addresses_that_are_known(url: str, words: str) -> None:
    async with own_http_proxy() as proxy:
        async with fetcher({"url": f"http://{proxy.name}"}, "https://wiki.example/") as visitor:
            outcome = await visitor.fetch(task(url))
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.FORBIDDEN_ADDRESS
    assert words in outcome.detail
    assert proxy.clients == 0


async def test_the_proxys_own_address_gains_nothing_from_being_the_proxy() -> None:
    async with own_http_proxy(names=NAMES) as proxy, serve({"/": PAGE}) as site:
        seed = f"http://wiki.test:{site.port}/"
        async with fetcher({"url": f"http://{proxy.name}"}, seed) as visitor:
            assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
            outcome = await visitor.fetch(task(f"http://{proxy.name}/status"))
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.FORBIDDEN_ADDRESS


async def test_a_raw_connection_for_the_browser_goes_by_the_proxy_and_the_guard() -> None:
    async with own_http_proxy(names=NAMES) as proxy, serve({"/": PAGE}) as site:
        way = network({"url": f"http://{proxy.name}"}, f"http://wiki.test:{site.port}/")
        stream = await way.connect_raw("wiki.test", site.port, 5.0)
        await stream.write(b"GET / HTTP/1.1\r\nHost: wiki.test\r\n\r\n")
        assert (await stream.read()).startswith(b"HTTP/1.1 200 OK")
        stream.close()
        with pytest.raises(AddressForbiddenError):
            await way.connect_raw("169.254.169.254", 80, 5.0)
    assert proxy.requests == [("CONNECT", f"wiki.test:{site.port}")]


async def test_a_kept_connection_that_the_proxy_closed_is_replaced() -> None:
    async with own_http_proxy(names=NAMES) as proxy:
        async with serve_only_for(proxy, {"/": PAGE, "/last": answer(b"<p>x", Connection="close")}) as site:
            seed = f"http://wiki.test:{site.port}"
            async with fetcher({"url": f"http://{proxy.name}"}, seed) as visitor:
                outcomes = [await visitor.fetch(task(seed + way)) for way in ("/", "/last", "/")]
    assert all(isinstance(outcome, HtmlFetched) for outcome in outcomes)
    assert proxy.clients == 2


async def test_a_proxy_that_is_down_is_named(refusing_port: int) -> None:
    for site in ("http://wiki.test/", "https://wiki.test/"):
        async with fetcher({"url": f"http://127.0.0.1:{refusing_port}"}, site) as visitor:
            outcome = await visitor.fetch(task(site))
        expected = (
            f"the proxy 127.0.0.1:{refusing_port} refuses connections: "
            "see whether it runs and proxy.url names it"
        )
        assert outcome == Failed(Reason.PROXY_FAILED, expected)


async def test_a_proxy_whose_name_is_unknown_is_named() -> None:
    async with fetcher({"url": "http://no-such-proxy.invalid:3128"}, "http://wiki.test/") as visitor:
        outcome = await visitor.fetch(task("http://wiki.test/"))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.PROXY_FAILED
    assert outcome.detail.startswith("the proxy no-such-proxy.invalid:3128 cannot be reached (")


@pytest.mark.parametrize("site", ["http://wiki.test/", "https://wiki.test/"])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_only_closes_is_no_fault_of_the_site(scheme: str, site: str) -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with listening(close) as port:
        name = f"127.0.0.1:{port}"
        async with fetcher({"url": f"{scheme}://{name}"}, site) as visitor:
            outcome = await visitor.fetch(task(site))
    expected = (
        f"the proxy {name} closes connections without an answer: "
        "see whether proxy.url is right and it lets this machine in"
    )
    assert outcome == Failed(Reason.PROXY_FAILED, expected)


@pytest.mark.parametrize(
    ("scheme", "words"),
    [("http", "is not an HTTP proxy: the answer is not valid HTTP"), ("socks5", "is not a SOCKS5 proxy: ")],
)
async def test_what_is_no_proxy_is_said_to_be_none(scheme: str, words: str) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.corp.example ESMTP ready\r\n")
        await writer.drain()
        writer.close()

    async with listening(greet) as port:
        for site in ("http://wiki.test/", "https://wiki.test/"):
            async with fetcher({"url": f"{scheme}://127.0.0.1:{port}"}, site) as visitor:
                outcome = await visitor.fetch(task(site))
            assert isinstance(outcome, Failed)
            assert outcome.reason is Reason.PROXY_FAILED
            assert words in outcome.detail
            assert outcome.detail.endswith("correct proxy.url")


async def test_a_proxy_without_tls_where_it_should_have_it_is_said_so() -> None:
    async def answer_in_clear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer(b"what?", "400 Bad Request"))
        await writer.drain()
        writer.close()

    async with listening(answer_in_clear) as port:
        async with fetcher({"url": f"https://127.0.0.1:{port}"}, "http://wiki.test/") as visitor:
            outcome = await visitor.fetch(task("http://wiki.test/"))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.PROXY_FAILED
    assert outcome.detail.endswith("see whether proxy.url must begin with http://")


async def test_the_proxys_certificate_is_checked(certificate: Path) -> None:
    async with own_http_proxy(server_tls(certificate), names=NAMES) as proxy, serve({"/": PAGE}) as site:
        seed = f"http://wiki.test:{site.port}/"
        way = {"url": f"https://{proxy.name}"}
        async with fetcher(way, seed) as visitor:
            outcome = await visitor.fetch(task(seed))
        async with fetcher(way, seed, verify=False) as visitor:
            assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
    expected = (
        f"the TLS certificate of the proxy {proxy.name} is not accepted: self-signed certificate; "
        "set tls.ca_file if the authority is yours"
    )
    assert outcome == Failed(Reason.PROXY_FAILED, expected)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_site_that_the_proxy_does_not_allow_is_refused_by_the_proxy(
    scheme: str, certificate: Path
) -> None:
    async with own_proxy(scheme, certificate, ports=frozenset({443})) as proxy:
        async with fetcher({"url": f"{scheme}://{proxy.name}"}, "https://wiki.test:444/") as visitor:
            outcome = await visitor.fetch(task("https://wiki.test:444/"))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.PROXY_REFUSED
    assert outcome.detail.startswith(f"the proxy {proxy.name} refuses wiki.test:444 (")
    assert outcome.detail.endswith("allow it there, or add the host to proxy.bypass")


@pytest.mark.parametrize("site", ["http://nowhere.test/", "https://nowhere.test/"])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_site_that_the_proxy_cannot_reach_is_not_gone(
    scheme: str, site: str, certificate: Path
) -> None:
    async with own_proxy(scheme, certificate) as proxy:
        async with fetcher({"url": f"{scheme}://{proxy.name}"}, site) as visitor:
            outcome = await visitor.fetch(task(site))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.CONNECTION_FAILED
    assert outcome.detail.startswith(f"the proxy {proxy.name} cannot reach nowhere.test")
    assert outcome.detail.endswith("add it to proxy.bypass")


async def test_a_proxy_that_says_nothing_is_named() -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # to the end, which the client makes
        writer.close()

    async with listening(listen) as port:
        name = f"127.0.0.1:{port}"
        way = network({"url": f"http://{name}"}, "https://wiki.test/")
        words = f"the proxy {name} said nothing for 0.2 seconds when asked for wiki.test:443: see whether"
        with pytest.raises(ProxyUnusableError, match=words):
            await way.connect(address("https://wiki.test/").site, 0.2)


@pytest.mark.parametrize("ports", [None, frozenset({443})], ids=["tunnel", "forwarded"])
async def test_a_login_of_connections_keeps_its_own_by_tunnel_or_as_the_proxy_lets_it(
    ports: frozenset[int] | None,
) -> None:
    async with own_http_proxy(names=NAMES, ports=ports) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}) as site:
            origin = f"http://wiki.test:{site.port}"
            way = {"url": f"http://{proxy.name}"}
            async with fetcher(way, origin, pinned_origins=[origin]) as visitor:
                for _ in range(3):
                    assert isinstance(await visitor.fetch(task(origin + "/")), HtmlFetched)
    assert site.connections == 1
    tunnelled = ("CONNECT", f"wiki.test:{site.port}")
    assert proxy.requests[0] == tunnelled
    assert proxy.requests[1:] == ([] if ports is None else [("GET", origin + "/")] * 3)


async def test_a_direct_answer_407_is_the_sites(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"?", "407 x")}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert outcome == Refused(Reason.PROXY_UNAUTHORIZED, "the server answered 407", 407)
