"""HTTP/1.1 with a proxy: requests that answer its challenges, tunnels, forwarded requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from catalog.canonical_url import Site
from crawler.auth.challenge import Challenge, parse_challenges
from crawler.auth.digest_response import DigestRequest
from crawler.fetch.http11 import Headers, Http1Connection, MalformedAnswerError
from crawler.fetch.proxies.errors import (
    ProxyClosedError,
    ProxyError,
    error_page,
    no_answer,
    no_proxy_at_all,
    stopped_in_handshake,
    tunnel_refused,
    wants_credentials,
)
from crawler.fetch.proxies.logins import Conversation, login_for
from crawler.fetch.proxies.routes import Proxy
from crawler.fetch.proxies.standing import ProxyStanding
from crawler.fetch.stream import ByteStream
from settings.proxy import ProxyAuthentication

Open = Callable[[], Awaitable[ByteStream]]
"""Makes a new connection to the proxy. Raises `ProxyUnusableError`."""

_DRAINED_BYTES: Final = 64 * 1024
_WRONG_CREDENTIALS: Final = 407
_UNCLEAR: Final = frozenset({403, _WRONG_CREDENTIALS})
"""Answers that say nothing of the credentials: rules that deny may come before they are looked at."""


class ProxyConnection(Http1Connection):
    """One connection to a proxy. A proxy that closes it with its challenge is connected to anew."""

    def __init__(self, proxy: Proxy, standing: ProxyStanding, open_stream: Open, stream: ByteStream) -> None:
        super().__init__(stream)
        self._proxy = proxy
        self._standing = standing
        self._open = open_stream
        self._login = login_for(proxy, stream.peer_certificate)
        credentials = proxy.credentials
        self._speaks_ntlm = credentials is not None and credentials.type is ProxyAuthentication.NTLM

    async def ask(
        self, target: bytes, headers: Headers, *, method: bytes, body: bytes = b""
    ) -> tuple[int, Headers]:
        """Send a request with what the proxy wants to see; the answer is anything but a 407.

        Raises `ProxyError`, and what `Http1Connection.send` raises.
        """
        if self._standing.is_open:
            return await self._converse(target, headers, method, body)
        async with self._standing.turn():
            return await self._converse(target, headers, method, body)

    def cut_off(self, target: str) -> ProxyError:
        """The proxy closed the connection instead of answering a request for `target`."""
        return no_answer(self._proxy, target, worked_before=self._standing.has_worked)

    def detach(self) -> ByteStream:
        """The stream below, once a request has made it a tunnel. Raises `ProxyUnusableError`."""
        if self._pieces or not self._stream.is_quiet:
            raise no_proxy_at_all(self._proxy, "it spoke before the site could")
        return self._stream

    async def _converse(
        self, target: bytes, headers: Headers, method: bytes, body: bytes
    ) -> tuple[int, Headers]:
        conversation = self._login.converse(DigestRequest(method.decode(), target.decode(), body))
        try:
            words = next(conversation)
            while True:
                said = [] if words is None else [(b"Proxy-Authorization", words.encode("latin-1", "replace"))]
                status, answer = await super().send(target, [*headers, *said], method=method, body=body)
                self._standing.has_worked = True
                if status not in _UNCLEAR:
                    self._login.accepted()
                    self._standing.accepted()
                if status != _WRONG_CREDENTIALS:
                    self._standing.outage.passed()
                    return status, answer
                words = self._next_words(conversation, answer)
                await self._make_ready(is_in_handshake=bool(said) and self._speaks_ntlm)
        finally:
            conversation.close()

    def _next_words(self, conversation: Conversation, answer: Headers) -> str | None:
        challenges = _challenges(answer)
        try:
            return conversation.send(challenges)
        except StopIteration:
            if self._proxy.credentials is None:
                raise wants_credentials(self._proxy) from None
            raise self._standing.rejected() from None

    async def _make_ready(self, *, is_in_handshake: bool) -> None:
        """Read the body of a 407; where the proxy closes the connection, go on with another one."""
        seen = 0
        while seen < _DRAINED_BYTES and (piece := await self.read()):
            seen += len(piece)
        if self.is_reusable:
            return
        if is_in_handshake:
            raise stopped_in_handshake(self._proxy, "it closed the connection")
        self.close()
        self._stream = await self._open()


def _challenges(answer: Headers) -> tuple[Challenge, ...]:
    return parse_challenges(
        value.decode("latin-1") for name, value in answer if name == b"proxy-authenticate"
    )


async def open_tunnel(connection: ProxyConnection, proxy: Proxy, target: str) -> ByteStream:
    """CONNECT to `target` (host and port; RFC 9110 section 9.3.6): from here on the stream is the site's.

    Raises `ProxyError`.
    """
    try:
        status, headers = await connection.ask(
            target.encode(), [(b"Host", target.encode())], method=b"CONNECT"
        )
    except MalformedAnswerError as error:
        raise no_proxy_at_all(proxy, str(error)) from error
    except ConnectionError as error:  # AnswerNeverCameError is one
        raise connection.cut_off(target) from error
    if not 200 <= status < 300:
        raise tunnel_refused(proxy, target, status, headers)
    return connection.detach()


class ForwardedConnection(ProxyConnection):
    """Requests to one http site that the proxy sends on: their target is a URL (RFC 9112 section 3.2.2).

    It serves no other site, so that a site which authenticates connections (NTLM) finds its own again.
    """

    def __init__(
        self, proxy: Proxy, standing: ProxyStanding, open_stream: Open, stream: ByteStream, site: Site
    ) -> None:
        super().__init__(proxy, standing, open_stream, stream)
        self._site = site
        self._asked = 0

    @property
    def served_before(self) -> bool:
        """Whether the request under way is not the connection's first; a handshake's do not count."""
        return self._asked > 1

    @property
    def peer_certificate(self) -> None:
        """None: what certificate there may be is the proxy's."""
        return None

    async def send(
        self, target: bytes, headers: Headers, *, method: bytes = b"GET", body: bytes = b""
    ) -> tuple[int, Headers]:
        """As `Http1Connection.send`. Raises `ProxyError`, too; a 407 never arrives as an answer."""
        self._asked += 1
        url = self._site.origin.encode() + target
        try:
            status, answer = await self._forward(url, headers, method, body)
        except ProxyClosedError:
            raise  # some proxies do so when the site does: it says nothing of the proxy
        except ProxyError as error:
            self._standing.failed(error, self._site.hostname)
            raise
        fault = error_page(self._proxy, self._site.host, status, answer)
        if fault is not None:
            raise fault
        return status, answer

    async def _forward(self, url: bytes, headers: Headers, method: bytes, body: bytes) -> tuple[int, Headers]:
        try:
            return await self.ask(url, headers, method=method, body=body)
        except ConnectionError as error:  # AnswerNeverCameError is one
            if self.served_before:
                raise  # it died waiting: the request is sent once more on another one
            raise self.cut_off(self._site.host) from error
        except MalformedAnswerError as error:
            if self._standing.has_worked:
                raise
            raise no_proxy_at_all(self._proxy, str(error)) from error
