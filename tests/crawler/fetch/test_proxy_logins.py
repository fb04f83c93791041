"""Credentials for a proxy: Basic, Digest, NTLM, SOCKS5; rejections are few, and no fault of the site."""
# ruff: noqa: SIM117 - a proxy, then a site that is known only inside it

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.vocabulary import Reason
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.proxies.environment import environment_routes
from crawler.fetch.proxies.routes import configured_routes
from crawler.outcome import Failed, HtmlFetched, Outcome, Refused
from settings.proxy import ProxySettings
from tests.crawler.fetch.conftest import task
from tests.crawler.fetch.proxied import PAGE, fetcher, network, serve_only_for, server_tls
from tests.support.own_proxy import (
    Gate,
    Headers,
    NtlmGate,
    OwnProxy,
    basic_gate,
    own_http_proxy,
    own_socks_proxy,
)

NAMES = {"wiki.test": "127.0.0.1"}
SECRET = "schlüssel"


def way(proxy: OwnProxy, kind: str = "basic", password: str = SECRET, **more: Any) -> dict[str, Any]:
    return {"url": f"http://{proxy.name}", "username": "eva", "password": password, "type": kind, **more}


@pytest.fixture(params=["basic", "ntlm"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_gate(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Gate]:
    if kind == "basic":
        return basic_gate("eva", SECRET)
    accounts = tmp_path / "accounts"
    accounts.write_text(f":eva:{SECRET}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(accounts))
    return NtlmGate


@pytest.mark.parametrize("site_scheme", ["http", "https"])
async def test_credentials_open_the_way(
    kind: str, make_gate: Callable[[], Gate], site_scheme: str, certificate: Path
) -> None:
    tls = server_tls(certificate) if site_scheme == "https" else None
    async with own_http_proxy(names=NAMES, make_gate=make_gate) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}, tls) as site:
            seed = f"{site_scheme}://wiki.test:{site.port}/"
            async with fetcher(way(proxy, kind), seed, ca_file=certificate) as visitor:
                one_by_one = [await visitor.fetch(task(seed)) for _ in range(3)]
                together = await asyncio.gather(*(visitor.fetch(task(seed)) for _ in range(4)))
    assert all(isinstance(outcome, HtmlFetched) for outcome in (*one_by_one, *together))
    if kind == "ntlm":
        assert all(said is None or said.startswith("NTLM ") for said in proxy.credentials)
        said = [each for each in proxy.credentials if each is not None]
        assert len(said) == 2 * proxy.clients, "a handshake a connection, whatever goes over it"
    else:
        assert set(proxy.credentials) == {"Basic ZXZhOnNjaGzDvHNzZWw="}


async def test_a_handshake_is_kept_through_an_https_proxy(
    certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "accounts").write_text(f"CORP:eva:{SECRET}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(tmp_path / "accounts"))
    async with own_http_proxy(server_tls(certificate), names=NAMES, make_gate=NtlmGate) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}) as site:
            seed = f"http://wiki.test:{site.port}/"
            setting = {**way(proxy, "ntlm"), "url": f"https://{proxy.name}", "username": r"CORP\eva"}
            async with fetcher(setting, seed, ca_file=certificate) as visitor:
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
    assert [said is None for said in proxy.credentials] == [False, False, True]


async def fetch_pages(visitor: HttpFetcher, seed: str, count: int) -> list[Outcome]:
    return await asyncio.gather(*(visitor.fetch(task(f"{seed}{number}")) for number in range(count)))


@pytest.mark.parametrize("site", ["http://wiki.test/", "https://wiki.test/"])
async def test_rejected_credentials_are_sent_twice_and_never_again(
    kind: str, make_gate: Callable[[], Gate], site: str
) -> None:
    async with own_http_proxy(names=NAMES, make_gate=make_gate) as proxy:
        made = network(way(proxy, kind, "wrong"), site)
        visitor = HttpFetcher(made, max_bytes=1_000, seconds=10.0)
        outcomes = await fetch_pages(visitor, site, 8)
        (rejecting,) = made.rejecting_proxies
        asked = len(proxy.requests)
        outcomes.append(await visitor.fetch(task(site)))
        await visitor.aclose()
    words = (
        f"the proxy {proxy.name} rejected the credentials of eva: correct proxy.username and proxy.password"
    )
    once = Refused(Reason.PROXY_UNAUTHORIZED, words)
    for_good = Refused(Reason.PROXY_UNAUTHORIZED, f"{words}; they are not sent any more")
    assert sorted(outcomes, key=repr) == sorted([once, *[for_good] * 8], key=repr)
    assert asked == len(proxy.requests) == (2 if kind == "basic" else 4)
    assert rejecting.name == proxy.name
    assert "wrong" not in repr(rejecting)


async def test_one_rejection_is_enough_for_later_runs_to_know() -> None:
    async with own_http_proxy(names=NAMES, make_gate=basic_gate("eva", SECRET)) as proxy:
        made = network(way(proxy, password="wrong"), "http://wiki.test/")
        before = made.rejecting_proxies
        visitor = HttpFetcher(made, max_bytes=1_000, seconds=10.0)
        await visitor.fetch(task("http://wiki.test/"))
        await visitor.aclose()
    assert (before, [rejecting.name for rejecting in made.rejecting_proxies]) == ((), [proxy.name])


async def test_a_rejection_of_a_former_run_is_remembered() -> None:
    async with own_http_proxy(names=NAMES, make_gate=basic_gate("eva", SECRET)) as proxy:
        setting = way(proxy, password="wrong")
        (known,) = configured_routes(ProxySettings(**setting)).proxies
        made = network(setting, "http://wiki.test/", rejected=[known])
        visitor = HttpFetcher(made, max_bytes=1_000, seconds=10.0)
        outcome = await visitor.fetch(task("http://wiki.test/"))
        await visitor.aclose()
    assert isinstance(outcome, Refused)
    assert outcome.detail.endswith("they are not sent any more")
    assert proxy.requests == []


@pytest.mark.parametrize("site", ["http://wiki.test/", "https://wiki.test/"])
async def test_a_proxy_that_asks_for_credentials_says_which_settings_are_missing(site: str) -> None:
    async with own_http_proxy(names=NAMES, make_gate=basic_gate("eva", SECRET)) as proxy:
        expected = f"the proxy {proxy.name} asks for credentials: set proxy.username and proxy.password"
        async with fetcher({"url": f"http://{proxy.name}"}, site) as visitor:
            assert await visitor.fetch(task(site)) == Refused(Reason.PROXY_UNAUTHORIZED, expected)
            robots = await visitor.fetch_robots(site.rstrip("/"))
        assert (robots.failure, robots.detail) == (Reason.PROXY_UNAUTHORIZED, expected)
        routes = environment_routes({"ALL_PROXY": f"http://{proxy.name}"})
        async with fetcher(routes, site) as visitor:
            outcome = await visitor.fetch(task(site))
    assert isinstance(outcome, Refused)
    assert outcome.detail.endswith("set NAME:PASSWORD@ before the host in ALL_PROXY")


@pytest.mark.parametrize("configured", ["digest", "ntlm"])
async def test_nothing_weaker_than_the_configured_way_is_used(configured: str) -> None:
    async with own_http_proxy(names=NAMES, make_gate=basic_gate("eva", SECRET)) as proxy:
        async with fetcher(way(proxy, configured), "http://wiki.test/") as visitor:
            outcome = await visitor.fetch(task("http://wiki.test/"))
    words = f"the proxy {proxy.name} does not take credentials by {configured} but by Basic: set proxy.type"
    assert outcome == Refused(Reason.PROXY_UNAUTHORIZED, words)
    assert not [said for said in proxy.credentials if said is not None and said.startswith("Basic")]


@pytest.mark.parametrize("site_scheme", ["http", "https"])
async def test_a_proxy_that_closes_after_its_challenge_is_connected_to_anew(
    site_scheme: str, certificate: Path
) -> None:
    tls = server_tls(certificate) if site_scheme == "https" else None
    gate = digest_gate()
    async with own_http_proxy(names=NAMES, make_gate=lambda: gate, closes_after_407=True) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}, tls) as site:
            seed = f"{site_scheme}://wiki.test:{site.port}/"
            async with fetcher(way(proxy, "digest"), seed, ca_file=certificate) as visitor:
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
    assert proxy.clients == 2
    assert [said is None for said in proxy.credentials] == [True, False]


def digest_gate() -> Gate:
    """Lets a second request through, whatever it says: whether Digest is right is for squid to test."""

    def gate(headers: Headers) -> list[str] | None:
        said = headers.get("proxy-authorization", "")
        return None if said.startswith('Digest username="eva"') else ['Digest realm="p", nonce="n", qop=auth']

    return gate


async def test_a_stale_nonce_is_no_rejection_and_the_new_one_is_used() -> None:
    nonces = itertools.count(1)

    def gate(headers: Headers) -> list[str] | None:
        said = headers.get("proxy-authorization", "")
        if 'nonce="2"' in said:
            return None
        stale = ", stale=true" if said else ""
        return [f'Digest realm="p", nonce="{next(nonces)}", qop="auth"{stale}']

    async with own_http_proxy(names=NAMES, make_gate=lambda: gate) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}) as site:
            seed = f"http://wiki.test:{site.port}/"
            async with fetcher(way(proxy, "digest"), seed) as visitor:
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)
    counts = [said.partition("nc=")[2][:8] for said in proxy.credentials if said is not None]
    assert counts == ["00000001", "00000001", "00000002"]
    assert f'uri="{seed}"' in str(proxy.credentials[-1])


async def test_a_handshake_that_the_proxy_does_not_go_on_with_is_no_rejection() -> None:
    def gate(headers: Headers) -> list[str] | None:
        return ["NTLM"]

    async with own_http_proxy(names=NAMES, make_gate=lambda: gate) as proxy:
        async with fetcher(way(proxy, "ntlm"), "http://wiki.test/") as visitor:
            outcome = await visitor.fetch(task("http://wiki.test/"))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.PROXY_FAILED
    assert "did not go on with the NTLM handshake (it sent no challenge)" in outcome.detail


async def test_socks_takes_a_name_and_a_password(certificate: Path) -> None:
    async with own_socks_proxy(names=NAMES, account=("eva", SECRET)) as proxy:
        async with serve_only_for(proxy, {"/": PAGE}, server_tls(certificate)) as site:
            seed = f"https://wiki.test:{site.port}/"
            setting = {"url": f"socks5://{proxy.name}", "username": "eva", "password": SECRET}
            async with fetcher(setting, seed, ca_file=certificate) as visitor:
                assert isinstance(await visitor.fetch(task(seed)), HtmlFetched)


async def test_socks_rejections_are_counted_too() -> None:
    async with own_socks_proxy(names=NAMES, account=("eva", SECRET)) as proxy:
        setting = {"url": f"socks5://{proxy.name}", "username": "eva", "password": "wrong"}
        async with fetcher(setting, "http://wiki.test/") as visitor:
            outcomes = await fetch_pages(visitor, "http://wiki.test/", 6)
    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert proxy.credentials == ["eva", "eva"]


async def test_socks_without_credentials_says_which_settings_are_missing() -> None:
    async with own_socks_proxy(names=NAMES, account=("eva", SECRET)) as proxy:
        async with fetcher({"url": f"socks5://{proxy.name}"}, "http://wiki.test/") as visitor:
            outcome = await visitor.fetch(task("http://wiki.test/"))
    words = f"the proxy {proxy.name} asks for credentials: set proxy.username and proxy.password"
    assert outcome == Refused(Reason.PROXY_UNAUTHORIZED, words)
