"""The login `cookies`: a session that somebody brought, as cookies or as a browser's storage state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.imported_session import ImportedSession, StorageStateError
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.rules.guard import Guard
from tests.support.changing_site import Answer, ChangingSite, Declared, page, redirect, serve_site

SECRET = "s-4711-secret"
LOGIN_FORM = Answer(
    b"<title>Sign in</title><form method=post action=/login><input name=user>"
    b"<input type=password name=p></form>"
)


def signed_in(headers: Mapping[str, str]) -> bool:
    return f"sid={SECRET}" in headers.get("cookie", "")


@pytest.fixture
def site() -> Iterator[ChangingSite]:
    """Its walls: a form with 200 at /form, a redirect to the form at /moved, 403 at /refused."""
    pages: dict[str, Declared] = {
        "/form": lambda headers: page("Inside") if signed_in(headers) else LOGIN_FORM,
        "/moved": lambda headers: page("Inside") if signed_in(headers) else redirect("/enter"),
        "/refused": lambda headers: page("Inside") if signed_in(headers) else Answer(b"no", 403),
        "/elsewhere": redirect("http://127.0.0.1:9/sso"),
        "/enter": LOGIN_FORM,
    }
    with serve_site(pages) as site:
        yield site


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


def imported(site: ChangingSite, path: str, **session: Any) -> ImportedSession:
    return ImportedSession(origins=[site.origin], probe=address(site.url(path)), **{"cookies": {}, **session})


async def sign_in(session: ImportedSession, site: ChangingSite) -> tuple[LoginFault | None, list[LoginStep]]:
    steps: list[LoginStep] = []
    network = Network(Guard.for_seeds([address(site.url())]), tls_context(None))
    fetcher = HttpFetcher(network, max_bytes=100_000, seconds=5.0)
    try:
        return await session.sign_in(fetcher, steps.append), steps
    finally:
        await fetcher.aclose()


def state_file(folder: Path, *cookies: Mapping[str, Any]) -> Path:
    path = folder / "state.json"
    path.write_text(json.dumps({"cookies": cookies, "origins": []}))
    return path


@pytest.mark.parametrize("path", ["/form", "/moved", "/refused"])
async def test_a_session_that_lives_is_taken_up(site: ChangingSite, path: str) -> None:
    session = imported(site, path, cookies={"sid": SECRET})
    fault, steps = await sign_in(session, site)
    assert fault is None
    assert SECRET not in repr((session, steps))


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/form", "/form answers with a login form"),
        ("/moved", "/enter answers with a login form"),
        ("/refused", "/refused answers with 403"),
        ("/elsewhere", "/elsewhere redirects to http://127.0.0.1:9"),
    ],
)
async def test_a_session_that_has_ended_is_told_with_what_was_seen(
    site: ChangingSite, path: str, seen: str
) -> None:
    fault, _ = await sign_in(imported(site, path, cookies={"sid": "old"}), site)
    assert fault is not None
    assert fault.kind is LoginFaultKind.SESSION_ENDED
    assert fault.sentence == (
        f"the imported session has ended ({site.origin}{seen}): sign in with a browser, export its cookies "
        "again and set `auth.cookies` or `auth.storage_state`"
    )


async def test_a_site_that_is_down_says_nothing_of_the_session(site: ChangingSite) -> None:
    site.pages["/form"] = Answer(b"", 503)
    fault, _ = await sign_in(imported(site, "/form", cookies={"sid": SECRET}), site)
    assert fault is not None
    assert fault.kind is LoginFaultKind.UNREACHABLE
    assert "answers 503" in fault.sentence


async def test_a_storage_state_as_playwright_writes_it_is_taken_up(
    site: ChangingSite, tmp_path: Path
) -> None:
    cookie = {"name": "sid", "value": SECRET, "domain": "127.0.0.1", "path": "/", "expires": -1}
    other = {"name": "other", "value": "x", "domain": ".google.test", "path": "/", "expires": 9_999_999_999}
    path = state_file(tmp_path, {**cookie, "secure": False, "httpOnly": True, "sameSite": "Lax"}, other)
    fault, _ = await sign_in(imported(site, "/form", storage_state=path), site)
    assert fault is None
    assert "google" not in json.dumps([dict(asked.headers) for asked in site.log])
    assert all("other=" not in asked.headers.get("cookie", "") for asked in site.log)


async def test_cookies_that_ran_out_are_not_sent(site: ChangingSite, tmp_path: Path) -> None:
    cookie = {"name": "sid", "value": SECRET, "domain": "127.0.0.1", "path": "/", "expires": 1_000}
    fault, _ = await sign_in(imported(site, "/form", storage_state=state_file(tmp_path, cookie)), site)
    assert fault is not None
    assert fault.kind is LoginFaultKind.SESSION_ENDED
    assert all("cookie" not in asked.headers for asked in site.log)


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        "{}",
        "[]",
        f'{{"cookies": "{SECRET}"}}',
        f'{{"cookies": [{{"value": "{SECRET}"}}]}}',
        f'{{"cookies": [{{"name": "a", "value": {{"{SECRET}": 1}}, "domain": "x", "path": "/"}}]}}',
        f'{{"cookies": [{{"name": "a", "value": "{SECRET}", "domain": "x", "path": "/", "expires": "?"}}]}}',
    ],
)
def test_a_file_that_is_no_storage_state_is_told_without_its_contents(
    site: ChangingSite, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(StorageStateError) as caught:
        imported(site, "/form", storage_state=path)
    assert str(caught.value) == (
        f"`auth.storage_state` {path} is no storage state: it must be JSON with `cookies`, as Playwright's "
        "`context.storage_state(path=…)` writes it"
    )
    with pytest.raises(StorageStateError, match="cannot be read: No such file"):
        imported(site, "/form", storage_state=tmp_path / "none.json")


async def test_what_the_site_renewed_is_taken_up_by_the_next_run(site: ChangingSite) -> None:
    site.pages["/form"] = lambda headers: Answer(
        page("Inside").body, headers={"Set-Cookie": "sid=renewed; Path=/"}, etag=False
    )
    former = imported(site, "/form", cookies={"sid": "first"})
    assert (await sign_in(former, site))[0] is None
    kept = former.dump()
    assert kept is not None
    session = imported(site, "/form", cookies={"sid": "first"})
    assert session.load(kept)
    assert session.secrets == imported(site, "/form", cookies={"sid": "first"}).secrets
    await sign_in(session, site)
    assert site.log[-1].headers["cookie"] == "sid=renewed"
