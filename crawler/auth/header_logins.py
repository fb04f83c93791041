"""Logins that are a request header: Basic, bearer tokens, headers of one's own."""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Final

import httpx2

from crawler.rules.canonical_url import WebAddress
from settings.auth import BasicLogin, BearerLogin, Login, NoLogin

HEADER_LOGINS: Final = (NoLogin, BasicLogin, BearerLogin)
"""The types of login that need nothing but headers."""


class HeaderLogin(httpx2.Auth):
    """Adds headers to each request; their values are secrets and appear in no repr."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send the request once, with the headers."""
        request.headers.update(self._headers)
        yield request

    def __repr__(self) -> str:
        return f"HeaderLogin({', '.join(sorted(self._headers))})"


def basic_authorization(username: str, password: str) -> str:
    """The Authorization header of HTTP Basic, in UTF-8 (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def logins_by_origin(logins: Sequence[Login], seeds: Iterable[WebAddress]) -> Mapping[str, httpx2.Auth]:
    """The login of each origin; no other origin is sent anything.

    A login without `origins` is for the origins of the seeds. Keys look like
    ``https://intranet.example.com``.
    """
    of_the_seeds = dict.fromkeys(seed.origin for seed in seeds)
    headers: dict[str, dict[str, str]] = {}
    for login in logins:
        for origin in login.origins or of_the_seeds:
            headers.setdefault(origin, {}).update(_headers(login))
    return {origin: HeaderLogin(named) for origin, named in headers.items()}


def _headers(login: Login) -> dict[str, str]:
    headers = {name: value.reveal() for name, value in login.headers.items()}
    match login:
        case BasicLogin():
            headers["Authorization"] = basic_authorization(login.username, login.password.reveal())
        case BearerLogin():
            headers["Authorization"] = f"Bearer {login.token.reveal()}"
    return headers
