"""How a connection to a proxy answers a 407: Basic, Digest, NTLM, each as a conversation without I/O.

A conversation yields what `Proxy-Authorization` shall say (None: nothing), and is sent a 407's challenges.
It ends when it has nothing better to say: the credentials were rejected.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Generator
from typing import TYPE_CHECKING, Final, Protocol

from crawler.auth.challenge import Challenge, offered
from crawler.auth.digest_response import DigestRequest, authorization, strongest
from crawler.fetch.proxies.errors import scheme_not_offered, stopped_in_handshake
from crawler.fetch.proxies.routes import Proxy, ProxyCredentials
from settings.proxy import ProxyAuthentication

if TYPE_CHECKING:
    from spnego import ContextProxy

Conversation = Generator[str | None, tuple[Challenge, ...], None]
_STALE_NONCES: Final = 2


class ProxyLogin(Protocol):
    """The login of one connection."""

    def converse(self, request: DigestRequest) -> Conversation:
        """What to say for one request, whose target is as it is sent. Raises `ProxyError`."""
        ...

    def accepted(self) -> None:
        """The request was let through."""
        ...


def login_for(proxy: Proxy, certificate: bytes | None) -> ProxyLogin:
    """The login of a new connection. `certificate` (DER): the proxy's own, where we speak TLS to it."""
    credentials = proxy.credentials
    if credentials is None:
        return _Anonymous()
    match credentials.type:
        case ProxyAuthentication.BASIC:
            return _Basic(proxy, credentials)
        case ProxyAuthentication.DIGEST:
            return _Digest(proxy, credentials)
        case ProxyAuthentication.NTLM:
            return _Ntlm(proxy, credentials, certificate)


class _Stateless:
    def accepted(self) -> None:
        """Nothing depends on it."""


class _Anonymous(_Stateless):
    def converse(self, request: DigestRequest) -> Conversation:  # noqa: ARG002 - the protocol's
        yield None


class _Basic(_Stateless):
    """RFC 7617, unasked: the proxy is the one that was configured for these credentials."""

    def __init__(self, proxy: Proxy, credentials: ProxyCredentials) -> None:
        self._proxy = proxy
        pair = f"{credentials.username}:{credentials.password.reveal()}"
        self._header = "Basic " + base64.b64encode(pair.encode()).decode()

    def converse(self, request: DigestRequest) -> Conversation:  # noqa: ARG002 - the protocol's
        challenges = yield self._header
        _require("basic", challenges, self._proxy)


class _Digest(_Stateless):
    """RFC 7616; each connection has its own nonce, so that its uses are counted in order."""

    def __init__(self, proxy: Proxy, credentials: ProxyCredentials) -> None:
        self._proxy = proxy
        self._credentials = credentials
        self._client_nonce = secrets.token_hex(16)
        self._challenge: Challenge | None = None
        self._used = 0

    def converse(self, request: DigestRequest) -> Conversation:
        if self._challenge is None:
            self._take((yield None))
        for _ in range(1 + _STALE_NONCES):
            self._take((yield self._answer(request)))
            if not self._is_stale():
                return

    def _take(self, challenges: tuple[Challenge, ...]) -> None:
        self._challenge = strongest(challenges)
        self._used = 0
        if self._challenge is None:
            raise scheme_not_offered(self._proxy, offered(challenges))

    def _is_stale(self) -> bool:
        assert self._challenge is not None
        return self._challenge.parameters.get("stale", "").lower() == "true"

    def _answer(self, request: DigestRequest) -> str:
        assert self._challenge is not None
        self._used += 1
        return authorization(
            self._challenge,
            self._credentials.username,
            self._credentials.password.reveal(),
            request,
            count=self._used,
            client_nonce=self._client_nonce,
        )


class _Ntlm:
    """NTLMv2 ([MS-NTHT]): the handshake authenticates the connection, requests after it say nothing."""

    def __init__(self, proxy: Proxy, credentials: ProxyCredentials, certificate: bytes | None) -> None:
        self._proxy = proxy
        self._credentials = credentials
        self._certificate = certificate
        self._is_authenticated = False

    def accepted(self) -> None:
        self._is_authenticated = True

    def converse(self, request: DigestRequest) -> Conversation:  # noqa: ARG002 - the protocol's
        # Imported here: it takes a quarter of a second, and few proxies speak NTLM.
        from spnego.exceptions import SpnegoError  # noqa: PLC0415

        if self._is_authenticated:
            yield None
            self._is_authenticated = False
        context = self._context()
        challenges = yield _ntlm(context.step())
        _require("ntlm", challenges, self._proxy)
        token = next((each.token_bytes() for each in challenges if each.scheme == "ntlm"), None)
        if not token:
            raise stopped_in_handshake(self._proxy, "it sent no challenge")
        try:
            answer = context.step(token)
        except SpnegoError as error:
            raise stopped_in_handshake(self._proxy, "its challenge cannot be read") from error
        yield _ntlm(answer)

    def _context(self) -> ContextProxy:
        import spnego  # noqa: PLC0415

        from crawler.auth.channel_bindings import bindings_of  # noqa: PLC0415

        return spnego.client(
            self._credentials.username,
            self._credentials.password.reveal(),
            hostname=self._proxy.hostname,
            service="HTTP",
            channel_bindings=bindings_of(self._certificate),
            protocol="ntlm",
        )


def _ntlm(token: bytes | None) -> str:
    return "NTLM " + base64.b64encode(token or b"").decode()


def _require(scheme: str, challenges: tuple[Challenge, ...], proxy: Proxy) -> None:
    if all(each.scheme != scheme for each in challenges):
        raise scheme_not_offered(proxy, offered(challenges))
