"""Logins that are a header: what is sent, to whom alone, and that no secret shows."""

from __future__ import annotations

import base64
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter

from crawler.auth.header_logins import basic_authorization, logins_by_origin
from crawler.rules.canonical_url import WebAddress, parse_url
from settings.auth import Login, Logins

SECRET = "schlüssel:für/alles"


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


SEEDS = (address("https://wiki.test/a"), address("https://wiki.test/b"), address("https://docs.test:8443/"))


def logins(*configured: dict[str, Any]) -> tuple[Login, ...]:
    parsed: tuple[Login, ...] = TypeAdapter(Logins).validate_python(list(configured))
    return parsed


def sent(auth: httpx2.Auth) -> dict[str, str]:
    """The headers of a request after the login added its own."""
    flow = auth.auth_flow(httpx2.Request("GET", "https://wiki.test/"))
    return dict(next(flow).headers)


def test_basic_is_utf_8_as_rfc_7617_has_it() -> None:
    assert basic_authorization("test", "123£") == "Basic dGVzdDoxMjPCow=="  # the RFC's own example


def test_a_password_may_have_colons_and_any_letters() -> None:
    header = basic_authorization("käthe", SECRET)
    assert base64.b64decode(header.removeprefix("Basic ")).decode() == f"käthe:{SECRET}"


def test_a_login_is_for_the_origins_of_the_seeds_alone() -> None:
    by_origin = logins_by_origin(logins({"type": "basic", "username": "u", "password": "p"}), SEEDS)
    assert set(by_origin) == {"https://wiki.test", "https://docs.test:8443"}
    assert sent(by_origin["https://wiki.test"])["authorization"] == basic_authorization("u", "p")


def test_a_login_with_origins_is_for_those_instead() -> None:
    by_origin = logins_by_origin(
        logins(
            {"type": "bearer", "token": "t", "origins": ["https://api.test"]},
            {"type": "basic", "username": "u", "password": "p", "origins": ["https://wiki.test"]},
        ),
        SEEDS,
    )
    assert set(by_origin) == {"https://api.test", "https://wiki.test"}
    assert sent(by_origin["https://api.test"])["authorization"] == "Bearer t"
    assert sent(by_origin["https://wiki.test"])["authorization"].startswith("Basic ")


@pytest.mark.parametrize("kind", [{"type": "none"}, {"type": "bearer", "token": "t"}])
def test_configured_headers_go_along(kind: dict[str, str]) -> None:
    by_origin = logins_by_origin(logins({**kind, "headers": {"X-Api-Key": "k"}}), SEEDS)
    assert sent(by_origin["https://wiki.test"])["x-api-key"] == "k"


def test_two_logins_of_one_origin_add_up() -> None:
    by_origin = logins_by_origin(
        logins(
            {"type": "none", "headers": {"X-Api-Key": "k"}},
            {"type": "basic", "username": "u", "password": "p"},
        ),
        SEEDS,
    )
    headers = sent(by_origin["https://wiki.test"])
    assert headers["x-api-key"] == "k"
    assert "authorization" in headers


def test_without_a_login_nobody_is_sent_anything() -> None:
    assert logins_by_origin((), SEEDS) == {}


def test_no_secret_shows_in_a_repr() -> None:
    configured = logins(
        {"type": "basic", "username": "u", "password": SECRET, "headers": {"X-Api-Key": "also-secret"}}
    )
    by_origin = logins_by_origin(configured, SEEDS)
    shown = repr(configured) + repr(by_origin) + str(by_origin)
    assert SECRET not in shown
    assert "also-secret" not in shown
    assert basic_authorization("u", SECRET) not in shown
    assert "X-Api-Key" in repr(by_origin)
