"""When a proxy counts as lost, and when it is only one site that it does not lead to."""
# ruff: noqa: SIM117 - a proxy, then a site that is known only inside it

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from catalog.vocabulary import Reason
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.proxies import outage
from crawler.fetch.proxies.errors import (
    ProxyClosedError,
    ProxyError,
    ProxyLoginError,
    ProxyRefusedError,
    ProxyUnusableError,
    SiteBehindProxyError,
    SlowBehindProxyError,
)
from crawler.fetch.proxies.outage import PATIENCE_SECONDS, PATIENCE_WITH_A_GOOD_ONE_SECONDS, Outage
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.outcome import Failed, HtmlFetched, Refused
from tests.crawler.fetch.conftest import task
from tests.crawler.fetch.faux_site import serve
from tests.crawler.fetch.proxied import PAGE, network, serve_only_for
from tests.support.loopback import listening
from tests.support.own_proxy import Headers, basic_gate, own_http_proxy

NAMES = {"wiki.test": "127.0.0.1", "news.test": "127.0.0.1"}


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def failing(clock: Clock, error: ProxyError, *times: float, hosts: int = 1, good: bool = False) -> Outage:
    """A proxy that failed at these times, for so many hosts in turn; `good`: it had worked before."""
    seen = Outage(clock)
    if good:
        seen.passed()
    for number, time in enumerate(times):
        clock.now = time
        seen.failed(error, f"host{number % hosts}")
    return seen


def test_a_proxy_that_is_no_use_for_a_while_is_lost(clock: Clock) -> None:
    down = ProxyUnusableError("it refuses")
    assert not failing(clock, down, 0.0, 0.1, PATIENCE_SECONDS - 0.1).is_lost
    seen = failing(clock, down, 0.0, PATIENCE_SECONDS)
    assert (seen.is_lost, seen.trouble) == (True, "it refuses")


def test_many_failures_at_one_time_are_not_enough(clock: Clock) -> None:
    seen = failing(clock, ProxyUnusableError("it refuses"), *[0.0] * 100, hosts=50)
    assert (seen.is_lost, seen.trouble) == (False, "it refuses")


def test_a_proxy_that_worked_is_waited_for_longer(clock: Clock) -> None:
    down = ProxyUnusableError("it refuses")
    assert not failing(clock, down, 0.0, PATIENCE_SECONDS, good=True).is_lost
    assert failing(clock, down, 0.0, PATIENCE_WITH_A_GOOD_ONE_SECONDS, good=True).is_lost


def test_one_success_between_them_starts_the_time_anew(clock: Clock) -> None:
    down = ProxyUnusableError("it refuses")
    seen = failing(clock, down, 0.0)
    seen.passed()
    lost = []
    for time in (100.0, 100.0 + PATIENCE_WITH_A_GOOD_ONE_SECONDS):
        clock.now = time
        seen.failed(down, "host0")
        lost.append(seen.is_lost)
    assert lost == [False, True]
    seen.passed()
    assert (seen.is_lost, seen.trouble) == (False, None)


def test_missing_credentials_are_enough_where_nobody_is_let_through_without(clock: Clock) -> None:
    """Some proxies want them for some sites alone."""
    asks = ProxyLoginError("it asks for credentials")
    assert failing(clock, asks, 0.0).is_lost
    assert not failing(clock, asks, 0.0, good=True).is_lost


@pytest.mark.parametrize("kind", [SiteBehindProxyError, SlowBehindProxyError, ProxyRefusedError])
def test_what_is_a_sites_is_no_fault_of_the_proxy(clock: Clock, kind: type[ProxyError]) -> None:
    seen = failing(clock, kind("of a site"), 0.0, 10.0, 1_000.0, hosts=2)
    assert (seen.is_lost, seen.trouble) == (False, None)


def test_a_proxy_that_closes_is_lost_when_it_does_so_for_more_than_one_host(clock: Clock) -> None:
    closes = ProxyClosedError("it closes")
    assert not failing(clock, closes, 0.0, 100.0, 200.0, good=True).is_lost
    assert failing(clock, closes, 0.0, PATIENCE_WITH_A_GOOD_ONE_SECONDS, hosts=2, good=True).is_lost


@asynccontextmanager
async def by_way_of(way: Network, seconds: float = 10.0) -> AsyncIterator[HttpFetcher]:
    visitor = HttpFetcher(way, max_bytes=1_000, seconds=seconds)
    yield visitor
    await visitor.aclose()


@pytest.mark.parametrize("site", ["http://wiki.test/", "https://wiki.test/"])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_down_is_lost_and_asking_again_is_of_no_use(
    scheme: str, site: str, refusing_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = network({"url": f"{scheme}://127.0.0.1:{refusing_port}"}, site)
    words = (
        f"the proxy 127.0.0.1:{refusing_port} refuses connections: see whether it runs and proxy.url names it"
    )
    async with by_way_of(way) as visitor:
        first = await visitor.fetch_robots(site.rstrip("/"))
        assert first == RobotsAnswer(None, failure=Reason.PROXY_FAILED, detail=words)
        assert (way.fault, way.trouble) == (None, words)
        monkeypatch.setattr(outage, "PATIENCE_SECONDS", 0.0)
        second = await visitor.fetch_robots(site.rstrip("/"))
    assert second == RobotsAnswer(None, failure=Reason.PROXY_FAILED, detail=words, is_final=True)
    assert way.fault == words


@pytest.mark.parametrize("site", ["http://wiki.test/", "https://wiki.test/"])
async def test_a_proxy_that_takes_no_one_like_us_is_lost_at_once(site: str) -> None:
    async with own_http_proxy(names=NAMES, make_gate=basic_gate("eva", "secret")) as proxy:
        for way, words in (
            ({}, "asks for credentials: set proxy.username and proxy.password"),
            ({"username": "eva", "password": "wrong"}, "rejected the credentials of eva: correct proxy.user"),
        ):
            out = network({"url": f"http://{proxy.name}", **way}, site)
            async with by_way_of(out) as visitor:
                assert isinstance(await visitor.fetch(task(site)), Refused)
            assert out.fault is not None
            assert out.fault.startswith(f"the proxy {proxy.name} {words}")


async def test_credentials_that_stop_working_lose_the_proxy_when_they_are_not_sent_any_more() -> None:
    let_in = True

    def gate(_headers: Headers) -> list[str] | None:
        return None if let_in else ['Basic realm="proxy"']

    async with own_http_proxy(names=NAMES, make_gate=lambda: gate) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}) as site:
            seed = f"http://wiki.test:{site.port}/"
            out = network({"url": f"http://{proxy.name}", "username": "eva", "password": "secret"}, seed)
            async with by_way_of(out) as visitor:
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
                let_in = False
                faults = []
                for _ in range(2):
                    assert isinstance(await visitor.fetch(task(seed)), Refused)
                    faults.append(out.fault)
    assert faults[0] is None
    assert str(faults[1]).endswith("correct proxy.username and proxy.password; they are not sent any more")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_cannot_reach_one_site_is_not_lost(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(outage, "PATIENCE_WITH_A_GOOD_ONE_SECONDS", 0.0)
    async with own_http_proxy(names=NAMES, ports=frozenset({443})) as proxy:
        out = network({"url": f"http://{proxy.name}"}, f"{scheme}://nowhere.test/")
        async with by_way_of(out) as visitor:
            for target in (f"{scheme}://nowhere.test/", "https://wiki.test:444/"):
                for _ in range(3):
                    assert isinstance(await visitor.fetch(task(target)), Failed)
    assert (out.fault, out.trouble) == (None, None)


@asynccontextmanager
async def silent_proxy() -> AsyncIterator[str]:
    """Accepts and listens, and never says a word."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # to the end, which the client makes
        writer.close()

    async with listening(listen) as port:
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("scheme", "site", "target"),
    [
        ("http", "http://wiki.test/", "wiki.test"),
        ("http", "https://wiki.test/", "wiki.test"),
        ("socks5", "https://wiki.test/", "wiki.test"),
    ],
)
async def test_silence_is_told_as_the_proxys(
    scheme: str, site: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.fetch.fetcher.ROBOTS_SECONDS", 0.2)
    async with silent_proxy() as name:
        out = network({"url": f"{scheme}://{name}"}, site)
        async with by_way_of(out, seconds=0.1) as visitor:
            page = await visitor.fetch(task(site))
            robots = await visitor.fetch_robots(site.rstrip("/"))
    words = [
        f"the proxy {name} said nothing for {seconds} seconds when asked for {target}: see whether "
        "it works and can reach that host, and whether proxy.url names it"
        for seconds in (0.1, 0.2)
    ]
    assert page == Failed(Reason.PROXY_FAILED, words[0])
    assert (robots.failure, robots.detail, out.trouble) == (Reason.PROXY_FAILED, words[1], words[1])


async def test_a_slow_site_behind_a_proxy_that_works_is_no_fault_of_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "PATIENCE_WITH_A_GOOD_ONE_SECONDS", 0.0)

    async def never(_request: object, _writer: object) -> None:
        await asyncio.sleep(60)

    async with own_http_proxy(names=NAMES) as proxy:
        async with serve({"/": PAGE, "/slow": never}) as site:
            origin = f"http://wiki.test:{site.port}"
            out = network({"url": f"http://{proxy.name}"}, origin)
            async with by_way_of(out, seconds=0.3) as visitor:
                assert isinstance(await visitor.fetch(task(origin + "/")), HtmlFetched)
                outcomes = [await visitor.fetch(task(origin + "/slow")) for _ in range(2)]
    words = f"wiki.test:{site.port} gave no complete answer by the proxy {proxy.name} within 0.3 seconds"
    assert outcomes == [Failed(Reason.TIMEOUT, words)] * 2
    assert (out.fault, out.trouble) == (None, None)


async def test_a_proxy_that_begins_to_close_tunnels_is_lost_by_the_second_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "PATIENCE_WITH_A_GOOD_ONE_SECONDS", 0.0)
    works = True

    def gate(_headers: Headers) -> list[str] | None:
        if not works:
            raise ConnectionResetError
        return None

    async with own_http_proxy(names=NAMES, make_gate=lambda: gate) as proxy:
        hosts = ("https://nowhere.test/", "https://wiki.test:1/", "https://news.test:1/")
        out = network({"url": f"http://{proxy.name}"}, *hosts)
        async with by_way_of(out) as visitor:
            await visitor.fetch(task(hosts[0]))
            works = False
            outcomes, faults = [], []
            for site in (hosts[1], hosts[1], hosts[2]):
                outcomes.append(await visitor.fetch(task(site)))
                faults.append(out.fault)
    words = f"the proxy {proxy.name} closes the connection to wiki.test:1 without an answer: see its log"
    assert outcomes[0] == outcomes[1] == Failed(Reason.CONNECTION_FAILED, words)
    assert faults == [None, None, words.replace("wiki", "news")]
