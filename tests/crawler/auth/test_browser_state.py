"""What scripts read of a session: never what is HttpOnly, never what belongs to other origins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
import orjson
import pytest

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.pages.browser_state import BrowserState, OriginStorage, ScriptCookie, storage_of
from crawler.auth.pages.cookies import SessionCookies, with_own
from crawler.auth.pages.page_login import PageLoginScheme

ORIGIN = "https://app.test"
TOKEN = "t-4711-token"


def received(url: str, *lines: str) -> SessionCookies:
    cookies = SessionCookies()
    headers = [(b"set-cookie", line.encode()) for line in lines]
    cookies.take_from(httpx2.Response(200, headers=headers, request=httpx2.Request("GET", url)))
    return cookies


def kept(cookies: SessionCookies) -> SessionCookies:
    again = SessionCookies()
    assert again.load(cookies.dump())
    return again


def scheme() -> PageLoginScheme:
    login = parse_url(f"{ORIGIN}/login")
    assert isinstance(login, WebAddress)
    plan = PageLoginPlan(login, frozenset({ORIGIN}), frozenset({"app.test"}), "eva", "secret")
    return PageLoginScheme("form", plan)


def state(*origins: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"cookies": [], "origins": list(origins)}


@pytest.mark.parametrize("flag", ["HttpOnly", "httponly", "HTTPONLY", "Path=/; HTTPOnly;"])
def test_scripts_do_not_see_what_is_http_only_however_it_is_spelt(flag: str) -> None:
    cookies = received(f"{ORIGIN}/", f"sid=1; {flag}", "xsrf=2; Path=/; Max-Age=600")
    for jar in (cookies, kept(cookies)):
        assert [each.name for each in jar.seen_by_scripts(["app.test"])] == ["xsrf"]


def test_a_session_kept_before_this_was_known_shows_scripts_nothing() -> None:
    cookies = received(f"{ORIGIN}/", "xsrf=2")
    old = [{**each} for each in orjson.loads(cookies.dump())]
    for each in old:
        del each["http_only"]
    again = SessionCookies()
    assert again.load(orjson.dumps(old))
    assert again.seen_by_scripts(["app.test"]) == ()


def test_scripts_see_the_cookies_of_their_hosts() -> None:
    cookies = received("https://a.corp.test/x/y", "own=1; Path=/x", "wide=2; Domain=corp.test; Path=/")
    assert set(cookies.seen_by_scripts(["a.corp.test"])) == {
        ScriptCookie("wide", "2", "corp.test", True, "/", True),
        ScriptCookie("own", "1", "a.corp.test", False, "/x", True),
    }
    assert [each.name for each in cookies.seen_by_scripts(["b.corp.test"])] == ["wide"]
    assert cookies.seen_by_scripts(["corp.example"]) == ()


def test_a_host_without_a_dot_keeps_its_name() -> None:
    (cookie,) = received("http://intranet/", "a=1").seen_by_scripts(["intranet"])
    assert (cookie.host, cookie.is_domain) == ("intranet", False)


def test_configured_cookies_are_for_requests_alone() -> None:
    cookies = SessionCookies()
    cookies.set("sid", TOKEN, "app.test", secure=True)
    assert cookies.seen_by_scripts(["app.test"]) == ()


def test_the_sessions_cookies_win_over_a_browsers() -> None:
    assert with_own("sid=real; b=2", "sid=stale; theme=dark;lang=de") == "sid=real; b=2; theme=dark; lang=de"
    assert with_own(None, "theme=dark") == "theme=dark"
    request = httpx2.Request("GET", f"{ORIGIN}/", headers={"Cookie": "sid=stale; theme=dark"})
    received(f"{ORIGIN}/", "sid=real").add_to(request)
    assert request.headers["Cookie"] == "sid=real; theme=dark"


def test_storage_is_taken_for_the_origins_of_the_login_alone() -> None:
    found = storage_of(
        state(
            {"origin": ORIGIN, "localStorage": [{"name": "token", "value": TOKEN}]},
            {"origin": "https://idp.test", "localStorage": [{"name": "refresh", "value": "r"}]},
            {"origin": ORIGIN, "sessionStorage": [{"name": "tab", "value": "1"}]},
            {"origin": f"{ORIGIN}:8443", "localStorage": [{"name": "x", "value": "y"}]},
        ),
        {ORIGIN},
    )
    assert found == (OriginStorage(ORIGIN, {"token": TOKEN}), OriginStorage(ORIGIN, {}, {"tab": "1"}))
    assert TOKEN not in repr(found)


async def test_a_login_by_browser_keeps_what_the_page_stored_for_the_next_run() -> None:
    first = scheme()
    first.take_up(state({"origin": ORIGIN, "localStorage": [{"name": "token", "value": TOKEN}]}))
    sealed = first.dump()
    assert sealed is not None
    again = scheme()
    assert again.load(sealed)
    assert again.browser_state == BrowserState((), (OriginStorage(ORIGIN, {"token": TOKEN}),))
    assert TOKEN not in repr(again)


def test_a_session_of_cookies_alone_is_taken_up_as_before() -> None:
    login = scheme()
    assert login.load(received(f"{ORIGIN}/", "sid=1").dump())
    assert [each.name for each in login.browser_state.cookies] == ["sid"]
    assert login.browser_state.storage == ()


@pytest.mark.parametrize(
    "state",
    [b"", b"null", b"7", b"{}", b'{"cookies": 3}', b'{"cookies": [], "origins": [1]}'],
)
def test_what_is_no_session_is_not_taken_up(state: bytes) -> None:
    assert not scheme().load(state)
