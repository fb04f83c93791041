"""SOCKS5 (RFC 1928, RFC 1929) over a stream, by `socksio`: the proxy resolves names."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from socksio.exceptions import ProtocolError
from socksio.socks5 import (
    SOCKS5AType,
    SOCKS5AuthMethod,
    SOCKS5AuthMethodsRequest,
    SOCKS5AuthReply,
    SOCKS5Command,
    SOCKS5CommandRequest,
    SOCKS5Connection,
    SOCKS5ReplyCode,
    SOCKS5UsernamePasswordReply,
    SOCKS5UsernamePasswordRequest,
)

from crawler.fetch.proxies.errors import (
    ProxyLoginError,
    cannot_reach,
    denied,
    no_answer,
    no_proxy_at_all,
    wants_credentials,
)
from crawler.fetch.proxies.routes import Proxy
from crawler.fetch.proxies.standing import ProxyStanding
from crawler.fetch.stream import ByteStream

_WHY: Final[Mapping[SOCKS5ReplyCode, str]] = {
    SOCKS5ReplyCode.GENERAL_SERVER_FAILURE: "it failed and says no more",
    SOCKS5ReplyCode.NETWORK_UNREACHABLE: "it knows no way there",
    SOCKS5ReplyCode.HOST_UNREACHABLE: "it cannot find the host",
    SOCKS5ReplyCode.CONNECTION_REFUSED: "the host refuses its connection",
    SOCKS5ReplyCode.TTL_EXPIRED: "it waited too long",
}


class SocksTunnel:
    """The negotiation of one tunnel to `hostname` and `port`."""

    def __init__(
        self, proxy: Proxy, standing: ProxyStanding, stream: ByteStream, hostname: str, port: int
    ) -> None:
        self._proxy = proxy
        self._standing = standing
        self._stream = stream
        self._hostname = hostname
        self._port = port
        self._protocol = SOCKS5Connection()

    async def negotiate(self) -> None:
        """Afterwards the stream is the site's. Raises `ProxyError`."""
        target = f"{self._hostname}:{self._port}"
        try:
            async with self._standing.turn():
                await self._identify()
            await self._command(target)
        except ProtocolError as error:
            raise no_proxy_at_all(self._proxy, "its answer is not SOCKS5") from error
        except ConnectionError as error:
            raise no_answer(self._proxy, target, worked_before=self._standing.has_worked) from error

    async def _identify(self) -> None:
        credentials = self._proxy.credentials
        methods = [SOCKS5AuthMethod.NO_AUTH_REQUIRED]
        if credentials is not None:
            methods.append(SOCKS5AuthMethod.USERNAME_PASSWORD)
        await self._say(SOCKS5AuthMethodsRequest(methods))
        reply = self._protocol.receive_data(await self._exactly(2))
        assert isinstance(reply, SOCKS5AuthReply)
        if reply.method not in methods:
            if credentials is None:
                raise wants_credentials(self._proxy)
            raise ProxyLoginError(
                f"the proxy {self._proxy.name} takes no user name and password: "
                f"remove {self._proxy.where_credentials_go}, or allow them there"
            )
        if reply.method is SOCKS5AuthMethod.USERNAME_PASSWORD:
            assert credentials is not None
            name, password = credentials.username.encode(), credentials.password.reveal().encode()
            await self._say(SOCKS5UsernamePasswordRequest(name, password))
            verdict = self._protocol.receive_data(await self._exactly(2))
            assert isinstance(verdict, SOCKS5UsernamePasswordReply)
            if not verdict.success:
                raise self._standing.rejected()
        self._standing.accepted()
        self._standing.has_worked = True
        self._standing.outage.passed()

    async def _command(self, target: str) -> None:
        await self._say(_request_for(self._hostname, self._port))
        head = await self._exactly(5)
        rest = {1: 4, 3: 1 + head[4], 4: 16}.get(head[3])
        if rest is None:
            raise ProtocolError("unknown type of address")
        answer = head + await self._exactly(rest + 2 - 1)
        # What the proxy says of its own address is of no use, and some say a name, which socksio cannot read.
        code = answer[1:2]
        if answer[:1] != b"\x05":
            raise ProtocolError("not SOCKS5")
        if code == SOCKS5ReplyCode.SUCCEEDED:
            return
        if code == SOCKS5ReplyCode.CONNECTION_NOT_ALLOWED_BY_RULESET:
            raise denied(self._proxy, target, "by its rules")
        known = next((why for reply, why in _WHY.items() if reply == code), f"it answered {code[0]}")
        raise cannot_reach(self._proxy, target, known)

    async def _say(
        self, request: SOCKS5AuthMethodsRequest | SOCKS5UsernamePasswordRequest | SOCKS5CommandRequest
    ) -> None:
        self._protocol.send(request)
        await self._stream.write(self._protocol.data_to_send())

    async def _exactly(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            piece = await self._stream.read(count - len(received))
            if not piece:
                raise ConnectionResetError("the connection was closed")
            received += piece
        return received


def _request_for(hostname: str, port: int) -> SOCKS5CommandRequest:
    """A literal address as such, a name as a name: it is for the proxy to resolve."""
    try:
        address = ip_address(hostname.strip("[]"))
    except ValueError:
        kind, packed = SOCKS5AType.DOMAIN_NAME, hostname.encode()
    else:
        kind = SOCKS5AType.IPV4_ADDRESS if address.version == 4 else SOCKS5AType.IPV6_ADDRESS
        packed = address.packed
    return SOCKS5CommandRequest(SOCKS5Command.CONNECT, kind, packed, port)
