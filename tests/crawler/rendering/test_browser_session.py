"""What a connector's session shows to the scripts of a page, and what they cannot do with it."""

from __future__ import annotations

import pytest

from crawler.auth.pages.browser_state import BrowserState, OriginStorage, ScriptCookie
from crawler.rendering.browser_session import Secrets, SignedIn, storage_script

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmEifQ.c2lnbmF0dXJl"


def stored(**items: str) -> BrowserState:
    return BrowserState((), (OriginStorage("https://app.test", items),))


def cookie(name: str, value: str) -> BrowserState:
    return BrowserState((ScriptCookie(name, value, "app.test", False, "/", True),))


@pytest.mark.parametrize(
    "state",
    [
        cookie("xsrf", TOKEN),
        stored(token=TOKEN),
        stored(user=f'{{"name": "Eva", "tokens": [{{"access": "{TOKEN}"}}]}}'),
    ],
)
@pytest.mark.parametrize("said", ["{}", "https://evil.test/?t={}", "Bearer {}", '{{"t": "{}"}}'])
def test_a_token_is_known_wherever_it_is_written(state: BrowserState, said: str) -> None:
    assert Secrets(state).are_in(["accept", said.format(TOKEN)])
    assert not Secrets(state).are_in(["accept", said.format("another")])


def test_a_token_in_an_address_is_known_by_its_escapes() -> None:
    assert Secrets(stored(t="a1/b2+c3=d4e5f6")).are_in(["https://evil.test/?t=a1%2Fb2%2Bc3%3Dd4e5f6"])


@pytest.mark.parametrize(
    "harmless",
    [
        "dark",
        "Europe/Berlin",
        "2026-11-25T12:00:00Z",
        "https://cdn.test/v2/fonts",
        "a text of 3 words or more",
    ],
)
def test_a_setting_is_no_secret(harmless: str) -> None:
    assert not Secrets(stored(setting=harmless)).are_in([f"https://cdn.test/?x={harmless}"])


def test_the_cookies_of_a_session_are_taken_out_of_a_header() -> None:
    header = f"a=1; xsrf={TOKEN}; xsrf=other; b=2=3"
    assert Secrets(cookie("xsrf", TOKEN)).without_cookies(header) == "a=1; xsrf=other; b=2=3"


def test_without_a_login_nothing_is_a_secret() -> None:
    signed_in = SignedIn.by([], lambda _url, _target: False)
    assert signed_in.state() == BrowserState()
    assert not Secrets(signed_in.state()).are_in([""])


def test_what_is_stored_is_named_by_its_origin_alone() -> None:
    script = storage_script(
        [
            OriginStorage("https://app.test", {"a": "1"}, {"tab": "2"}),
            OriginStorage("https://app.test", {"b": "3"}),
        ]
    )
    assert '{"https://app.test":[[["a","1"],["b","3"]],[["tab","2"]]]}[location.origin]' in script


def test_no_secret_is_told_by_a_repr() -> None:
    assert TOKEN not in repr([cookie("xsrf", TOKEN), stored(token=TOKEN)])
