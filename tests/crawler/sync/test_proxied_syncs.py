"""`crawler sync` by a proxy: nothing goes round it, and where it is no use each connector says so."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.auth.outcome import LoginFaultKind
from tests.crawler.fetch.faux_site import answer
from tests.crawler.fetch.proxied import serve_only_for, server_tls
from tests.crawler.sync.certificates import self_signed
from tests.support.changing_site import Answer, Declared, page, serve_site
from tests.support.own_proxy import basic_gate, own_http_proxy
from tests.support.ports import refusing_port
from tests.support.proxies import serve_squid
from tests.support.signing_in import behind_login, try_to_sign_in
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
    """One sync: proxies that are down, that close, that reject us, and a site without.

    Each connector has many seeds: what is said must be of the proxy, once, and not of each of them.
    """
    folder = tmp_path_factory.mktemp("proxies")
    down = f"127.0.0.1:{refusing_port()}"
    with (
        serve_site({"/": page("Good")}) as site,
        serve_squid(authentication="basic") as squid,
        closing_proxy() as closing,
    ):
        rejecting = {"url": f"http://{squid.name}", "username": "eva", "password": "last-year"}
        unknown = {"url": f"http://{squid.name}"}
        config = configure(
            folder,
            {"name": "good", "seeds": [site.url()]},
            {"name": "down", "seeds": seeds("down"), "proxy": {"url": f"http://{down}"}},
            {"name": "login", "seeds": seeds("login"), "proxy": {"url": f"http://{down}"}} | LOGIN,
            {"name": "closing", "seeds": seeds("closing"), "proxy": {"url": f"socks5://{closing}"}},
            {"name": "rejected", "seeds": seeds("rejected"), "proxy": rejecting},
            {"name": "unknown", "seeds": seeds("unknown"), "proxy": unknown},
        )
        return {
            "synced": sync(config),
            "kept": kept(config),
            "down": down,
            "squid": squid.name,
            "closing": closing,
            "named": squid.lines_with(" eva ", at_least=1),
            "asked": len(site.log),
        }


def seeds(name: str) -> list[str]:
    """Twenty hosts of two pages each."""
    return [f"http://{name}{number}.test/{path}" for number in range(20) for path in ("", "more")]


@contextmanager
def closing_proxy() -> Iterator[str]:
    """Accepts connections and closes them."""

    def close(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=close, args=(listener,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_connector_without_the_proxy_goes_on(troubled: dict[str, Any]) -> None:
    synced: Synced = troubled["synced"]
    assert (synced.runs["good"]["state"], synced.runs["good"]["documents"]) == ("succeeded", 1)
    assert troubled["asked"] == 2  # robots.txt and the page, by that one alone


@pytest.mark.parametrize(
    ("connector", "words"),
    [
        ("down", "the proxy {down} refuses connections: see whether it runs and proxy.url names it"),
        (
            "login",
            "the login could not be tried: the proxy {down} refuses connections: "
            "see whether it runs and proxy.url names it",
        ),
        (
            "closing",
            "the proxy {closing} closes connections without an answer: "
            "see whether proxy.url is right and it lets this machine in",
        ),
        (
            "rejected",
            "the proxy {squid} rejected the credentials of eva: correct proxy.username and proxy.password",
        ),
        ("unknown", "the proxy {squid} asks for credentials: set proxy.username and proxy.password"),
    ],
)
def test_the_summary_says_in_one_sentence_what_is_with_the_proxy_and_what_to_change(
    troubled: dict[str, Any], connector: str, words: str
) -> None:
    run = troubled["synced"].runs[connector]
    assert run["state"] == "failed"
    assert run["error"].removesuffix("; they are not sent any more") == words.format(**troubled)
    assert "last-year" not in troubled["synced"].said


def test_no_url_is_blamed_for_the_proxy(troubled: dict[str, Any]) -> None:
    """All stay queued for the next run."""
    for name in ("down", "login", "closing", "rejected", "unknown"):
        assert (troubled["synced"].runs[name]["failed"], troubled["synced"].runs[name]["refused"]) == ({}, {})
    states = {state for url, (state, _) in troubled["kept"].verdicts().items() if ".test/" in url}
    assert states == {"queued"}


def test_wrong_credentials_are_shown_to_the_proxy_twice_at_most(troubled: dict[str, Any]) -> None:
    assert 1 <= len(troubled["named"]) <= 2


def test_a_proxy_that_goes_down_ends_the_crawl_and_the_next_run_goes_on(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(40)]
    pages: dict[str, Declared] = {path: page(f"Page {path}") for path in paths}
    pages["/"] = page("Start", *paths)
    with serve_site(pages) as site:
        wiki = {"name": "wiki", "seeds": [site.url()]}
        with serve_squid() as squid:

            def last_page(_headers: Mapping[str, str]) -> Answer:
                squid.end()
                return page("Page /20")

            site.pages["/20"] = last_page
            config = configure(tmp_path, wiki | {"proxy": {"url": f"http://{squid.name}"}})
            cut = sync(config)
            name = squid.name
        found = kept(config)
        site.pages["/20"] = page("Page /20")
        with serve_squid() as squid:
            configure(tmp_path, wiki | {"proxy": {"url": f"http://{squid.name}"}})
            whole = sync(config)
    assert cut.run["state"] == "incomplete"
    assert cut.run["error"] == (
        f"the proxy {name} refuses connections: see whether it runs and proxy.url names it"
    )
    assert 1 < cut.run["documents"] < 41
    assert {state for state, _ in found.verdicts().values()} == {"indexed", "queued"}
    assert (whole.run["state"], whole.run["documents"]) == ("succeeded", 41)


def test_a_login_by_a_proxy_that_says_nothing_names_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.auth.keeper.SIGN_IN_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # which accepts nothing: the kernel does
        name = f"127.0.0.1:{listener.getsockname()[1]}"
        connector = behind_login("http://wiki.test/", "form", "eva", "s1te-pass", "http://wiki.test/login")
        connector |= {"proxy": {"url": f"http://{name}"}, "politeness": {"timeout": "500ms"}}
        trial = try_to_sign_in(tmp_path, connector)
    assert trial.fault is LoginFaultKind.UNREACHABLE
    assert trial.sentence == (
        f"the login came to no end within 1 s: the proxy {name} said nothing for 0.5 seconds when asked for "
        "wiki.test: see whether it works and can reach that host, and whether proxy.url names it"
    )


def test_a_407_is_no_evidence_that_a_page_is_gone(tmp_path: Path) -> None:
    with serve_site({"/": page("Start")}) as site, serve_squid(authentication="basic") as squid:
        wiki = {"name": "wiki", "seeds": [site.url()]}
        sync(configure(tmp_path, wiki))
        site.pages["/"] = Answer(b"gone", 404)
        config = configure(tmp_path, wiki | {"proxy": {"url": f"http://{squid.name}"}})
        assert sync(config).run["state"] == "failed"
    assert set(kept(config).documents) == {site.url()}
