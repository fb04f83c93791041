"""OAuth 2 client credentials (RFC 6749 section 4.4): a bearer token, renewed before its end."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterable, Mapping
from typing import Final, Literal
from urllib.parse import quote_plus, urlencode

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.basic import basic_authorization
from crawler.auth.header_logins import HeaderLogin, WithHeaders
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.scheme import Note, Web
from crawler.auth.token_answer import (
    AccessToken,
    TokenRefusal,
    access_token,
    fault_of_refusal,
    read_token_answer,
)
from crawler.fetch.answer import Answer
from crawler.fetch.clients import Lane
from crawler.fetch.direct_auth import DirectAuth
from crawler.fetch.http11 import Headers
from crawler.outcome import Failed, Refused

Way = Literal["header", "body"]
"""Where the client's name and secret go: in HTTP Basic, or among the form's fields (section 2.3.1)."""

_FORM: Final = b"application/x-www-form-urlencoded"


class OAuth2Scheme:
    """A client of a token endpoint: its access token goes with every request to `origins`.

    Every server has to take the secret in HTTP Basic; one that does not is asked once more with the secret in
    the body, and asked in the way that it took from then on. There is no refresh token: a new token is asked
    for instead (section 4.4.3).
    """

    kind = "oauth2"
    authenticates_connections = False

    def __init__(
        self,
        token_url: WebAddress,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.origins = frozenset(origins)
        self.fault: LoginFault | None = None
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._probe = probe
        self._way: Way | None = None
        self._token: AccessToken | None = None
        self._bearer = _Bearer()
        self.auth: httpx2.Auth = WithHeaders(self._bearer, headers) if headers else self._bearer

    @property
    def secrets(self) -> tuple[str, ...]:
        """The client's name and secret."""
        return (self._client_id, self._client_secret)

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Ask for a token, twice at most, and show it to the site."""
        if self.fault is not None:
            return self.fault
        self._keep(None)
        token = await self._new_token(web, note)
        if isinstance(token, LoginFault):
            if token.kind.spends_the_password:
                self.fault = token
            return token
        self._keep(token)
        return await self._try_token(web, note)

    def is_stale(self) -> bool:
        """Whether the token ends within a minute."""
        return self._token is not None and self._token.is_stale(time.time())

    def dump(self) -> bytes | None:
        """The token, its end, and what it was asked for."""
        if self._token is None:
            return None
        state = {"token": self._token.value, "ends": self._token.ends, "for": self._asked_for}
        return json.dumps(state).encode()

    def load(self, state: bytes) -> bool:
        """Take up a token that has not ended and was asked for in the same words."""
        try:
            kept = json.loads(state)
            value, ends = kept["token"], kept["ends"]
            if kept["for"] != self._asked_for:
                return False
            token = access_token(str(value), None if ends is None else float(ends), time.time())
        except (ValueError, KeyError, TypeError):
            return False
        self._keep(token)
        return token is not None

    async def _new_token(self, web: Web, note: Note) -> AccessToken | LoginFault:
        ways: tuple[Way, ...] = ("header", "body") if self._way is None else (self._way,)
        for way in ways:
            answer = await self._ask_for_token(web, way)
            if not isinstance(answer, Answer):
                seen = f"the token endpoint {self._token_url.origin} could not be asked: {answer.detail}"
                return LoginFault(LoginFaultKind.UNREACHABLE, seen)
            read = read_token_answer(answer, time.time(), [self._client_secret])
            note(LoginStep(f"asked for a token: answered {answer.status}", self._token_url.url))
            if isinstance(read, AccessToken):
                self._way = way
                return read
            if not read.is_of_the_client:
                break
        assert isinstance(read, TokenRefusal)
        return fault_of_refusal(read, self._token_url.origin, self._client_id)

    async def _ask_for_token(self, web: Web, way: Way) -> Answer | Failed | Refused:
        fields = {"grant_type": "client_credentials"}
        if self._scope:
            fields["scope"] = self._scope
        headers = {"Accept": "application/json"}
        if way == "header":
            name, secret = quote_plus(self._client_id), quote_plus(self._client_secret)
            headers["Authorization"] = basic_authorization(name, secret)
        else:
            fields |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return await web.ask(
            self._token_url,
            method="POST",
            fields=[(b"Content-Type", _FORM)],
            body=urlencode(fields).encode(),
            auth=HeaderLogin(headers),
        )

    async def _try_token(self, web: Web, note: Note) -> LoginFault | None:
        answer = await web.ask(self._probe, auth=self.auth)
        if not isinstance(answer, Answer):
            seen = f"there is a token, but the site could not be asked: {answer.detail}"
            return LoginFault(LoginFaultKind.UNREACHABLE, seen)
        note(LoginStep(f"asked with the token: answered {answer.status}", self._probe.url))
        if answer.status != 401:
            return None
        self._keep(None)
        return LoginFault(
            LoginFaultKind.NO_EFFECT,
            f"{self._token_url.origin} gave a token, but {self._probe.origin} does not take it (401): check "
            "`auth.scope` and `auth.token_url`",
        )

    def _keep(self, token: AccessToken | None) -> None:
        self._token = token
        self._bearer.carry(None if token is None else token.value)

    @property
    def _asked_for(self) -> list[str | None]:
        return [self._token_url.url, self._scope]

    def __repr__(self) -> str:
        return f"OAuth2Scheme({self._token_url.origin}, {self._client_id!r}, origins={sorted(self.origins)})"


class _Bearer(DirectAuth):
    """Adds the token of the moment to each request; it appears in no repr."""

    def __init__(self) -> None:
        self._fields: Headers = []

    def carry(self, token: str | None) -> None:
        self._fields = [] if token is None else [(b"Authorization", b"Bearer " + token.encode("ascii"))]

    def first_headers(self, origin: str, target: str, lane: Lane) -> Headers | None:  # noqa: ARG002
        """The token; nothing where there is none."""
        return self._fields

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send the request once, with the token."""
        for name, value in self._fields:
            request.headers[name.decode()] = value.decode()
        yield request

    def __repr__(self) -> str:
        return "<bearer token>"
