"""Cookies of a session: what goes where, what never does, and what is kept for the next run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.auth.pages.cookies import SessionAuth, SessionCookies

SECRET = "v-4711-secret"


def received(cookies: SessionCookies, url: str, *lines: str) -> None:
    """An answer from `url` sets cookies."""
    headers = [(b"set-cookie", line.encode()) for line in lines]
    cookies.take_from(httpx2.Response(200, headers=headers, request=httpx2.Request("GET", url)))


def sent(cookies: SessionCookies, url: str) -> str | None:
    """The Cookie header of a request; asking twice says the same."""
    headers = []
    for _ in range(2):
        request = httpx2.Request("GET", url)
        cookies.add_to(request)
        headers.append(request.headers.get("Cookie"))
    assert headers[0] == headers[1]
    return headers[0]


def test_a_cookie_goes_back_to_its_host_and_to_no_host_below_it() -> None:
    cookies = SessionCookies()
    received(cookies, "https://wiki.test/login", "sid=1; Path=/; HttpOnly")
    assert sent(cookies, "https://wiki.test/a?b") == "sid=1"
    assert sent(cookies, "https://sub.wiki.test/") is None
    assert sent(cookies, "https://evilwiki.test/") is None


def test_a_cookie_of_a_domain_goes_to_its_hosts_and_cannot_be_set_for_another() -> None:
    cookies = SessionCookies()
    received(cookies, "https://login.corp.test/", "sso=1; Domain=corp.test; Path=/", "x=1; Domain=other.test")
    assert sent(cookies, "https://wiki.corp.test/") == "sso=1"
    assert sent(cookies, "https://other.test/") is None


def test_what_came_over_https_never_goes_to_http() -> None:
    cookies = SessionCookies()
    received(cookies, "https://wiki.test/", "sid=1; Path=/")
    assert sent(cookies, "http://wiki.test/") is None
    received(cookies, "http://wiki.test/", "plain=2; Path=/")
    received(cookies, "https://wiki.test/", "more=3; Path=/")
    assert sent(cookies, "http://wiki.test/") == "plain=2"


def test_what_https_protects_is_not_replaced_over_http() -> None:
    cookies = SessionCookies()
    received(cookies, "https://wiki.test/", "sid=real; Path=/")
    received(cookies, "http://wiki.test/", "sid=planted; Path=/")
    assert sent(cookies, "https://wiki.test/") == "sid=real"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "intranet", "intranet.corp.test"])
def test_hosts_of_every_kind_have_cookies(host: str) -> None:
    cookies = SessionCookies()
    received(
        cookies, f"http://{host}/login", "sid=1; Path=/", f"own=2; Path=/; Domain={host.partition(':')[0]}"
    )
    assert sent(cookies, f"http://{host}/") in {"sid=1; own=2", "own=2; sid=1"}
    again = SessionCookies()
    assert again.load(cookies.dump())
    assert sent(again, f"http://{host}/") == sent(cookies, f"http://{host}/")


def test_paths_are_minded_and_the_longest_comes_first() -> None:
    cookies = SessionCookies()
    received(cookies, "http://wiki.test/app/login", "a=root; Path=/", "a=app; Path=/app")
    assert sent(cookies, "http://wiki.test/app/x") == "a=app; a=root"
    assert sent(cookies, "http://wiki.test/other") == "a=root"


def test_a_later_value_replaces_the_former_and_an_expired_one_is_gone() -> None:
    cookies = SessionCookies()
    url = "http://wiki.test/"
    received(cookies, url, "sid=1; Path=/")
    assert sent(cookies, url) == "sid=1"
    received(cookies, url, "sid=2; Path=/")
    received(cookies, url, "sid=2; Path=/")
    assert sent(cookies, url) == "sid=2"
    received(cookies, url, "sid=; Path=/; Max-Age=0")
    assert sent(cookies, url) is None
    received(cookies, url, "sid=2; Path=/")
    assert sent(cookies, url) == "sid=2"


def test_a_cookie_that_runs_out_is_no_longer_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = SessionCookies()
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    received(cookies, "http://wiki.test/", "sid=1; Path=/; Max-Age=60")
    assert sent(cookies, "http://wiki.test/") == "sid=1"
    kept = cookies.dump()
    monkeypatch.setattr("time.time", lambda: 1_000_061.0)
    assert sent(cookies, "http://wiki.test/") is None
    assert not SessionCookies().load(kept)


@pytest.mark.parametrize("state", [b"", b"{", b"{}", b"[1]", b'[{"name": "a"}]', b"null"])
def test_what_is_no_kept_session_is_of_no_use(state: bytes) -> None:
    assert not SessionCookies().load(state)


def test_values_are_in_no_repr() -> None:
    cookies = SessionCookies()
    cookies.set("sid", SECRET, "wiki.test", secure=True)
    flow = SessionAuth(cookies, {"X-Key": SECRET})
    assert repr(cookies) == "SessionCookies(sid)"
    assert SECRET not in repr(flow)


def test_the_flow_sends_cookies_and_headers_and_keeps_what_is_set() -> None:
    async def exchange(flow: SessionAuth, *lines: bytes) -> httpx2.Headers:
        request = httpx2.Request("GET", "http://wiki.test/")
        steps = flow.async_auth_flow(request)
        first = await anext(steps)
        answer = httpx2.Response(200, headers=[(b"set-cookie", line) for line in lines], request=first)
        with pytest.raises(StopAsyncIteration):
            await steps.asend(answer)
        return request.headers

    async def twice() -> httpx2.Headers:
        flow = SessionAuth(SessionCookies(), {"X-Key": "k"})
        assert "cookie" not in await exchange(flow, b"a=1; Path=/", b"b=2; Path=/")
        return await exchange(flow)

    headers = asyncio.run(twice())
    assert (headers["cookie"], headers["x-key"]) == ("a=1; b=2", "k")


ATTRIBUTES = st.sampled_from(["", "; Path=/", "; Path=/a", "; Max-Age=0", "; Max-Age=1000", "; Secure"])
LINES = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12"), ATTRIBUTES), max_size=3)
URLS = st.sampled_from(["http://h.test/", "https://h.test/", "http://h.test/a/b", "http://h.test:81/"])


@given(st.lists(st.tuples(URLS, LINES), max_size=6), URLS)
def test_what_is_remembered_is_what_the_jar_itself_would_send(
    answers: Sequence[tuple[str, Sequence[tuple[str, str, str]]]], asked: str
) -> None:
    cookies = SessionCookies()
    for url, lines in answers:
        sent(cookies, asked)
        received(cookies, url, *(f"{name}={value}{rest}" for name, value, rest in lines))
    request = httpx2.Request("GET", asked)
    httpx2.Cookies(cookies.jar).set_cookie_header(request)
    assert sent(cookies, asked) == request.headers.get("Cookie")
