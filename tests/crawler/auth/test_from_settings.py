"""From the configuration to logins: for which origins, with which canary, and no secret in any repr."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.from_settings import addresses_of_logins, kept_logins
from crawler.auth.keeper import KeptLogin
from settings.auth import Logins, LoginSettings

SECRET = "schlüssel:für/alles"


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


SEEDS = (address("https://wiki.test/a"), address("https://wiki.test/b"), address("https://docs.test:8443/"))
EVERY_PASSWORD: tuple[dict[str, Any], ...] = (
    {"type": "basic", "username": "u", "password": SECRET},
    {"type": "digest", "username": "u", "password": SECRET},
    {"type": "ntlm", "username": "CORP\\u", "password": SECRET},
    {"type": "negotiate", "username": "u@CORP", "password": SECRET},
    {"type": "kerberos", "username": "u@CORP", "password": SECRET},
    {"type": "bearer", "token": SECRET},
    {"type": "oauth2", "token_url": "https://id.test/token", "client_id": "c", "client_secret": SECRET},
    {"type": "cookies", "cookies": {"SESSION": SECRET}},
    {"type": "form", "username": "u", "password": SECRET, "login_url": "https://wiki.test/login"},
    {"type": "saml", "username": "u", "password": SECRET, "login_url": "https://wiki.test/"},
)


def settings(*configured: dict[str, Any]) -> tuple[LoginSettings, ...]:
    parsed: tuple[LoginSettings, ...] = TypeAdapter(Logins).validate_python(list(configured))
    return parsed


def kept(*configured: dict[str, Any]) -> tuple[KeptLogin, ...]:
    return kept_logins(settings(*configured), SEEDS)


def test_a_login_is_for_the_origins_of_the_seeds_alone() -> None:
    (login,) = kept({"type": "basic", "username": "u", "password": "p"})
    assert login.scheme.origins == {"https://wiki.test", "https://docs.test:8443"}


def test_a_login_with_origins_is_for_those_instead() -> None:
    api, wiki = kept(
        {"type": "bearer", "token": "t", "origins": ["https://api.test"]},
        {"type": "basic", "username": "u", "password": "p", "origins": ["https://wiki.test"]},
    )
    assert api.scheme.origins == {"https://api.test"}
    assert wiki.scheme.origins == {"https://wiki.test"}
    assert api.probe.address.url == "https://api.test/"
    assert wiki.probe.address.url == "https://wiki.test/a"


def test_what_sends_nothing_is_no_login() -> None:
    assert kept({"type": "none"}) == ()
    assert len(kept({"type": "none", "headers": {"X-Api-Key": "k"}})) == 1


async def test_configured_headers_go_along_with_a_login() -> None:
    (login,) = kept({"type": "cookies", "cookies": {"SESSION": "s"}, "headers": {"X-Api-Key": "k"}})
    flow = login.scheme.auth.async_auth_flow(httpx2.Request("GET", "https://wiki.test/"))
    sent = await anext(flow)
    await flow.aclose()
    assert (sent.headers["x-api-key"], sent.headers["cookie"]) == ("k", "SESSION=s")


def test_the_canary_is_asked_before_a_seed() -> None:
    canary = {"url": "https://wiki.test/me", "contains": "u"}
    (login,) = kept({"type": "basic", "username": "u", "password": "p", "logged_in": canary})
    assert login.canary is not None
    assert (login.canary.address.url, login.canary.contains) == ("https://wiki.test/me", "u")


def test_walls_of_a_form_are_forms_and_its_login_page_and_providers_are_known() -> None:
    (login,) = kept(
        {
            **{"type": "saml", "username": "u", "password": "p", "login_url": "https://wiki.test/sign-in"},
            "login_hosts": ["login.test"],
        }
    )
    assert login.signs.forms
    assert login.signs.is_login_page(address("https://wiki.test/sign-in?next=/a"))
    assert login.signs.is_login_page(address("https://login.test/sso"))
    assert not login.signs.is_login_page(address("https://wiki.test/a"))


def test_the_guard_hears_of_every_host_that_a_login_needs() -> None:
    logins = settings(
        {
            **{"type": "saml", "username": "u", "password": "p", "login_url": "https://sso.test/"},
            **{"login_hosts": ["login.test:8443"], "origins": ["https://wiki.test"]},
        },
        {**EVERY_PASSWORD[6], "origins": ["https://docs.test:8443"]},
    )
    hosts = {each.host for each in addresses_of_logins(logins)}
    assert hosts == {"sso.test", "login.test:8443", "wiki.test", "id.test", "docs.test:8443"}


@pytest.mark.parametrize("configured", EVERY_PASSWORD, ids=lambda each: str(each["type"]))
def test_no_secret_shows_in_a_repr(configured: dict[str, Any]) -> None:
    login = kept_logins(settings({**configured, "headers": {"X-Api-Key": "also-secret"}}), SEEDS)[0]
    shown = f"{login!r} {login} {login.scheme!r} {login.scheme.auth!r}"
    assert SECRET not in shown
    assert "also-secret" not in shown
