"""Logins that are a request header: bearer tokens, headers of one's own, beside any other login."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterable, Mapping

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.scheme import Note, Web
from crawler.fetch.answer import Answer
from crawler.fetch.clients import Lane
from crawler.fetch.direct_auth import DirectAuth
from crawler.fetch.http11 import Headers


class WithHeaders(DirectAuth):
    """Adds headers to each request before another login's flow sees it; values appear in no repr."""

    def __init__(self, auth: httpx2.Auth, headers: Mapping[str, str]) -> None:
        self._auth = auth
        self._headers = dict(headers)
        self._fields = _fields(headers)

    def first_headers(self, origin: str, target: str, lane: Lane) -> Headers | None:
        """The other login's, and these."""
        if not isinstance(self._auth, DirectAuth):
            return None
        added = self._auth.first_headers(origin, target, lane)
        return None if added is None else [*self._fields, *added]

    def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """The other login's flow, with the headers on its requests."""
        request.headers.update(self._headers)
        return self._auth.async_auth_flow(request)

    def __repr__(self) -> str:
        return f"WithHeaders({self._auth!r}, {', '.join(sorted(self._headers))})"


class HeaderLogin(DirectAuth):
    """Adds headers to each request; their values are secrets and appear in no repr."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)
        self._fields = _fields(headers)
        self.owns_authorization = any(name.lower() == "authorization" for name in headers)

    def first_headers(self, origin: str, target: str, lane: Lane) -> Headers | None:  # noqa: ARG002
        """The same always."""
        return self._fields

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send the request once, with the headers."""
        request.headers.update(self._headers)
        yield request

    def __repr__(self) -> str:
        return f"HeaderLogin({', '.join(sorted(self._headers))})"


class HeaderScheme:
    """A login that is nothing but headers, the same for every request: ``none`` and ``bearer``.

    `named` is what a rejection calls them and `setting` where to correct them.
    """

    authenticates_connections = False
    fault: LoginFault | None = None

    def __init__(
        self,
        kind: str,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str],
        named: str = "headers",
        setting: str = "auth.headers",
    ) -> None:
        self.kind = kind
        self.origins = frozenset(origins)
        self.auth = HeaderLogin(headers)
        self._probe = probe
        self._secrets = tuple(headers.values())
        self._named = named
        self._setting = setting

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the headers."""
        return self._secrets

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Ask for the probe page: the headers are rejected if it answers 401."""
        if self.fault is not None:
            return self.fault
        answer = await web.ask(self._probe, auth=self.auth)
        if not isinstance(answer, Answer):
            return LoginFault(LoginFaultKind.UNREACHABLE, f"the login could not be tried: {answer.detail}")
        note(LoginStep(f"asked with the {self._named}: answered {answer.status}", self._probe.url))
        if answer.status == 401:
            self.fault = LoginFault(
                LoginFaultKind.REJECTED,
                f"{self._probe.origin} rejected the {self._named} (401): correct `{self._setting}`",
            )
        return self.fault

    def is_stale(self) -> bool:
        """Never: nobody tells us when a header ends."""
        return False

    def dump(self) -> bytes | None:
        """Nothing is kept."""
        return None

    def load(self, state: bytes) -> bool:  # noqa: ARG002 - other schemes have states
        """Nothing was kept."""
        return False

    def __repr__(self) -> str:
        return f"HeaderScheme({self.kind!r}, {self.auth!r}, origins={sorted(self.origins)})"


def _fields(headers: Mapping[str, str]) -> Headers:
    return [(name.encode("ascii"), value.encode()) for name, value in headers.items()]


def bearer_scheme(
    token: str, *, origins: Iterable[str], probe: WebAddress, headers: Mapping[str, str] | None = None
) -> HeaderScheme:
    """A token in the Authorization header (RFC 6750 section 2.1)."""
    carried = {**(headers or {}), "Authorization": f"Bearer {token}"}
    return HeaderScheme(
        "bearer", origins=origins, probe=probe, headers=carried, named="token", setting="auth.token"
    )
