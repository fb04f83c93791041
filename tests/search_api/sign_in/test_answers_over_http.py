"""What the provider answers, and what becomes of it: nobody is signed in by what is not right."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2
import pytest
from starlette.responses import JSONResponse, Response

from tests.search_api.sign_in.office import Office, path_of
from tests.support.identity_provider import CLIENT_ID
from tests.support.token_signing import Signer


def test_an_answer_that_was_used_cannot_be_used_again(office: Office) -> None:
    browser = office.browser()
    begun = browser.open("/sign-in", follow=False)
    attempt = begun.cookies["sitelore-signing-in"]
    path = path_of(browser.client.get(begun.headers["location"]).headers["location"])
    assert browser.open(path, follow=False).status_code == 303
    again = browser.open(path, follow=False)
    assert (again.status_code, "This sign-in cannot be finished" in again.text) == (400, True)
    browser.client.cookies.set("sitelore-signing-in", attempt, domain="127.0.0.1")
    with_the_cookie = browser.open(path, follow=False)
    assert (with_the_cookie.status_code, "It was used before" in with_the_cookie.text) == (400, True)


def test_an_answer_is_worth_nothing_in_another_browser(office: Office) -> None:
    mine, other = office.browser(), office.browser()
    path = path_of(mine.callback())
    other.open("/sign-in", follow=False)
    refused = other.open(path, follow=False)
    assert (refused.status_code, "This sign-in cannot be finished" in refused.text) == (400, True)
    assert office.company.sign_ins == {}


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAAB" + "x" * 100, "é"])
def test_a_cookie_that_someone_made_up_is_none(office: Office, cookie: str) -> None:
    headers = [(b"cookie", f"sitelore-signing-in={cookie}".encode())]
    answer = httpx2.get(f"{office.address}/sign-in/callback?code=x&state=y", headers=headers, trust_env=False)
    assert (answer.status_code, "This sign-in cannot be finished" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("access_denied", 403, "access was denied, or the sign-in was cancelled"),
        ("temporarily_unavailable", 503, "cannot answer now"),
        ("invalid_scope", 502, "says invalid_scope: whoever runs this service must compare"),
        ("<b>call +1</b>", 502, "something that no standard knows"),
    ],
)
def test_an_error_of_the_provider_is_told_in_our_words(
    office: Office, error: str, status: int, said: str
) -> None:
    office.provider.error = error
    office.provider.answer = {"error_description": "call +1"}
    page = office.browser().sign_in()
    assert (page.status_code, said in page.text, "call +1" in page.text) == (status, True, False)
    assert office.company.sign_ins == {}


def test_an_error_that_nobody_asked_for_is_not_shown(office: Office) -> None:
    page = office.browser().open("/sign-in/callback?error=access_denied&state=x")
    assert (page.status_code, "denied" in page.text) == (400, False)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "another"}, "answers another sign-in"),
        ({"nonce": None}, "answers another sign-in"),
        ({"iss": "https://evil.example"}, "of another issuer"),
        ({"aud": "another service"}, "meant for another service"),
        ({"aud": [CLIENT_ID, "another"]}, "does not say for whom"),
        ({"azp": "another"}, "issued to another service"),
        ({"exp": 1_000}, "has expired"),
        ({"iat": None}, "does not say when it was issued"),
        ({"iat": 1_000}, "is older than this sign-in"),
        ({"iat": 9_999_999_999}, "was issued in the future"),
        ({"sub": None}, "names nobody"),
        ({"sub": ""}, "names nobody"),
        ({"hasgroups": True}, "because they are too many"),
        ({"groups": {"a": 1}}, "holds no list of groups"),
    ],
)
def test_a_token_that_is_not_right_signs_nobody_in(office: Office, claims: dict[str, Any], said: str) -> None:
    office.provider.claims = {"groups": ["board"]} | claims
    browser = office.browser()
    page = browser.sign_in()
    assert (page.status_code, said in page.text) == (502, True)
    assert office.company.sign_ins == {}
    assert not browser.sees_board()


@pytest.mark.parametrize("change", [{"iat": -50, "exp": -50}, {"iat": 50, "nbf": 50}], ids=["slow", "fast"])
def test_the_provider_s_clock_may_be_a_minute_off(office: Office, change: dict[str, int]) -> None:
    office.provider.claims |= {name: int(time.time()) + seconds for name, seconds in change.items()}
    assert office.browser().sign_in().status_code == 200
    assert len(office.company.sign_ins) == 1


def test_a_token_that_someone_else_signed_signs_nobody_in(office: Office) -> None:
    forger = Signer(issuer=office.provider.issuer, audience=CLIENT_ID)
    genuine = office.provider.signer.key
    office.provider.signer.key = forger.key
    office.provider.published = json.dumps({"keys": [genuine.as_dict(private=False)]}).encode()
    page = office.browser().sign_in()
    assert (page.status_code, "signature is not right" in page.text) == (502, True)
    office.provider.signer.key = genuine


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (JSONResponse({"error": "invalid_client"}, 401), 502, "says invalid_client"),
        (JSONResponse({"error": 7}, 400), 502, "something that no standard knows"),
        (Response("<html>", 200), 503, "Try again in a moment"),
        (Response("busy", 500), 503, "Try again in a moment"),
        (JSONResponse([1]), 503, "Try again in a moment"),
        (JSONResponse({"access_token": "x", "token_type": "Bearer"}), 502, "there is no ID token"),
        (JSONResponse({"id_token": "x"}), 502, "neither a key of this service nor a token"),
        (JSONResponse({"id_token": 7}), 502, "there is no ID token"),
    ],
)
def test_a_provider_that_gives_no_token_is_told(
    office: Office, answer: Response, status: int, said: str
) -> None:
    office.provider.token_answer = answer
    page = office.browser().sign_in()
    assert (page.status_code, said in page.text) == (status, True)
    assert "Sign in again" in page.text


@pytest.mark.parametrize(
    ("userinfo", "status", "sees"),
    [
        ({"sub": "eva", "groups": ["board"]}, 200, True),
        ({"sub": "eva"}, 200, False),
        ({"sub": "bob", "groups": ["board"]}, 502, False),
        (None, 503, False),
    ],
    ids=["groups", "no groups", "someone else", "refuses"],
)
def test_groups_that_the_token_lacks_are_asked_for(
    office: Office, userinfo: dict[str, Any] | None, status: int, sees: bool
) -> None:
    office.provider.claims, office.provider.userinfo = {}, userinfo
    browser = office.browser()
    assert browser.sign_in().status_code == status
    assert browser.sees_board() == sees


def test_an_answer_of_another_provider_is_refused(office: Office) -> None:
    office.provider.answer = {"iss": "https://evil.example"}
    page = office.browser().sign_in()
    assert (page.status_code, "another provider" in page.text) == (502, True)


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", ""],
)
def test_signing_in_leads_to_no_other_site(office: Office, path: str) -> None:
    page = office.browser().sign_in(path)
    assert page.url == f"{office.address}/"
