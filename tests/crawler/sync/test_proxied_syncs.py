"""`crawler sync` by a proxy: nothing goes round it, and where it is no use each connector says so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.fetch.faux_site import answer
from tests.crawler.fetch.proxied import serve_only_for, server_tls
from tests.crawler.sync.certificates import self_signed
from tests.support.changing_site import Answer, page, serve_site
from tests.support.own_proxy import basic_gate, own_http_proxy
from tests.support.ports import free_port
from tests.support.proxies import serve_squid
from tests.support.syncing import Synced, configure, kept, sync

PAGES = {
    "/robots.txt": answer(b"", content_type="text/plain"),
    "/": answer(page("Start", "/a", "/b").body),
    "/a": answer(page("A").body),
    "/b": answer(page("B").body),
}
LOGIN = {"auth": {"type": "basic", "username": "reader", "password": "s1te-pass"}, "access": "public"}


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_request_of_a_sync_goes_round_the_proxy(scheme: str, tmp_path: Path) -> None:
    """The site lies on this machine, so that going round the proxy would work."""
    certificate = self_signed(tmp_path)
    tls = server_tls(certificate) if scheme == "https" else None
    async with (
        own_http_proxy(make_gate=basic_gate("eva", "secret")) as proxy,
        serve_only_for(proxy, PAGES, tls) as site,
    ):
        way = {"url": f"http://{proxy.name}", "username": "eva", "password": "secret"}
        wiki = {"name": "wiki", "seeds": [site.url("/")], "proxy": way, "tls": {"ca_file": str(certificate)}}
        config = configure(tmp_path, wiki | LOGIN)
        synced = await asyncio.to_thread(sync, config)
        targets = {request.target for request in site.requests}
    assert (synced.run["state"], synced.run["documents"]) == ("succeeded", 3), synced.said
    assert targets == {"/robots.txt", "/", "/a", "/b"}


def test_squid_names_every_request_of_a_sync(tmp_path: Path) -> None:
    pages = {"/": page("Start", "/a", "/b"), "/a": page("A"), "/b": page("B")}
    account = {"username": "eva", "password": "secret", "type": "digest"}
    with serve_site(pages) as site, serve_squid(authentication="digest") as proxy:
        way = {"url": f"http://{proxy.name}", **account}
        synced = sync(configure(tmp_path, {"name": "wiki", "seeds": [site.url()], "proxy": way}))
        lines = proxy.lines_with("/200 ", at_least=len(site.log))
    assert synced.run["state"] == "succeeded", synced.said
    let_through = [line.split()[6] for line in lines]
    assert sorted(let_through) == sorted(site.url(each.path) for each in site.log)
    assert site.url("/robots.txt") in let_through


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One sync: a proxy that is down, with and without a login, one that rejects us, and a site without."""
    folder = tmp_path_factory.mktemp("proxies")
    down = f"127.0.0.1:{free_port()}"
    with serve_site({"/": page("Good")}) as site, serve_squid(authentication="basic") as squid:
        rejecting = {"url": f"http://{squid.name}", "username": "eva", "password": "last-year"}
        unknown = {"url": f"http://{squid.name}"}
        config = configure(
            folder,
            {"name": "good", "seeds": [site.url()]},
            {"name": "down", "seeds": ["http://down.test/"], "proxy": {"url": f"http://{down}"}},
            {"name": "login", "seeds": ["http://login.test/"], "proxy": {"url": f"http://{down}"}} | LOGIN,
            {"name": "rejected", "seeds": ["http://rejected.test/"], "proxy": rejecting},
            {"name": "unknown", "seeds": ["http://unknown.test/"], "proxy": unknown},
        )
        synced = sync(config)
        named = squid.lines_with(" eva ", at_least=1)
        return {"synced": synced, "down": down, "squid": squid.name, "named": named, "asked": len(site.log)}


def test_a_connector_without_the_proxy_goes_on(troubled: dict[str, Any]) -> None:
    synced: Synced = troubled["synced"]
    assert (synced.runs["good"]["state"], synced.runs["good"]["documents"]) == ("succeeded", 1)
    assert troubled["asked"] == 2  # robots.txt and the page, by that one alone


@pytest.mark.parametrize(
    ("connector", "words"),
    [
        ("down", "the proxy {down} refuses connections: see whether it runs and proxy.url names it"),
        ("login", "the proxy {down} refuses connections: see whether it runs and proxy.url names it"),
        ("rejected", "the proxy {squid} rejected the credentials of eva: correct proxy.username"),
        ("unknown", "the proxy {squid} asks for credentials: set proxy.username and proxy.password"),
    ],
)
def test_the_summary_names_the_proxy_and_what_to_change(
    troubled: dict[str, Any], connector: str, words: str
) -> None:
    run = troubled["synced"].runs[connector]
    assert run["state"] == "failed"
    assert words.format(**troubled) in run["error"]
    assert "last-year" not in troubled["synced"].said


def test_each_trouble_has_its_kind(troubled: dict[str, Any]) -> None:
    runs = troubled["synced"].runs
    assert runs["down"]["failed"] == {"proxy_failed": 1}
    assert runs["rejected"]["failed"] == {"proxy_unauthorized": 1}


def test_wrong_credentials_are_shown_to_the_proxy_twice_at_most(troubled: dict[str, Any]) -> None:
    assert 1 <= len(troubled["named"]) <= 2


def test_a_407_is_no_evidence_that_a_page_is_gone(tmp_path: Path) -> None:
    with serve_site({"/": page("Start")}) as site, serve_squid(authentication="basic") as squid:
        wiki = {"name": "wiki", "seeds": [site.url()]}
        sync(configure(tmp_path, wiki))
        site.pages["/"] = Answer(b"gone", 404)
        config = configure(tmp_path, wiki | {"proxy": {"url": f"http://{squid.name}"}})
        assert sync(config).run["state"] == "failed"
    assert set(kept(config).documents) == {site.url()}
