"""A proxy for tests that tells all it did: HTTP (with or without TLS, Basic or NTLM) and SOCKS5, in asyncio.

It knows names that nobody else resolves, and the local port of each connection that it made: a site can be
held against them, so that a connection that went round the proxy shows.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from tests.support.loopback import listening

Headers = dict[str, str]
Gate = Callable[[Headers], list[str] | None]
"""Looks at a request's headers: None lets it through, else what `Proxy-Authenticate` shall say."""


def open_gate(headers: Headers) -> list[str] | None:
    """Lets everybody through."""
    return None


def basic_gate(username: str, password: str) -> Callable[[], Gate]:
    """Asks for HTTP Basic."""
    expected = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def gate(headers: Headers) -> list[str] | None:
        return None if headers.get("proxy-authorization") == expected else ['Basic realm="proxy"']

    return lambda: gate


class NtlmGate:
    """Asks for NTLM, by pyspnego's server side; the accounts stand in the file of NTLM_USER_FILE."""

    def __init__(self) -> None:
        self._context: Any = None
        self._is_through = False

    def __call__(self, headers: Headers) -> list[str] | None:
        import spnego
        from spnego.exceptions import SpnegoError

        said = headers.get("proxy-authorization", "")
        if not said.startswith("NTLM "):
            return None if self._is_through else ["NTLM", "Negotiate"]
        token = base64.b64decode(said[5:])
        if token.startswith(b"NTLMSSP\0\1"):
            self._is_through = False
            self._context = spnego.server(hostname="proxy", service="HTTP", protocol="ntlm")
        try:
            answer = self._context.step(token)
        except SpnegoError:
            return ["NTLM"]
        self._is_through = bool(self._context.complete)
        return None if self._is_through else ["NTLM " + base64.b64encode(answer).decode()]


@dataclass
class OwnProxy:
    """A running proxy and what it did. `names` maps names to addresses, `ports` limits CONNECT."""

    names: Mapping[str, str] = field(default_factory=dict)
    make_gate: Callable[[], Gate] = lambda: open_gate
    ports: frozenset[int] | None = None
    account: tuple[str, str] | None = None
    closes_after_407: bool = False
    port: int = 0
    clients: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    credentials: list[str | None] = field(default_factory=list)
    local_ports: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def serve_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        await _HttpClient(self, reader, writer).serve()

    async def serve_socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        try:
            await self._socks(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def open(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a site. Raises `OSError`."""
        address = self.names.get(host, host)
        ip_address(address)  # a name that is not ours is nobody's: the tests ask no resolver
        reader, writer = await asyncio.open_connection(address, port)
        self.local_ports.add(writer.get_extra_info("sockname")[1])
        return reader, writer

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        wanted = 0 if self.account is None else 2
        if wanted not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if self.account is not None:
            _, length = await reader.readexactly(2)
            name = (await reader.readexactly(length)).decode()
            (length,) = await reader.readexactly(1)
            pair = (name, (await reader.readexactly(length)).decode())
            self.credentials.append(name)
            writer.write(b"\x01\x00" if pair == self.account else b"\x01\x01")
            if pair != self.account:
                return
        _, _, _, kind = await reader.readexactly(4)
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        raw = await reader.readexactly(size)
        host = raw.decode() if kind == 3 else str(ip_address(raw))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.requests.append(("SOCKS", f"{host}:{port}"))
        if self.ports is not None and port not in self.ports:
            writer.write(b"\x05\x02\x00\x01" + bytes(6))
            return
        try:
            far_reader, far_writer = await self.open(host, port)
        except ValueError:
            writer.write(b"\x05\x04\x00\x01" + bytes(6))
            return
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        for byte in b"\x05\x00\x00\x01" + bytes(6):  # one by one, as a network may deliver them
            writer.write(bytes([byte]))
            await writer.drain()
        await _join(reader, writer, far_reader, far_writer)


class _HttpClient:
    def __init__(self, proxy: OwnProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writer = writer
        self._gate = proxy.make_gate()
        self._site: tuple[str, int] | None = None
        self._far: asyncio.StreamWriter | None = None
        self._answers: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        try:
            while not self._writer.is_closing():
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                request, *lines = head.split("\r\n")
                pairs = [line.split(": ", 1) for line in lines if line]
                headers = {name.lower(): value for name, value in pairs}
                body = await self._reader.readexactly(int(headers.get("content-length", 0)))
                await self._serve_one(request, headers, pairs, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if self._answers is not None:
                self._answers.cancel()
            if self._far is not None:
                self._far.close()
            self._writer.close()

    async def _serve_one(self, request: str, headers: Headers, pairs: list[list[str]], body: bytes) -> None:
        method, target, _ = request.split(" ")
        self._proxy.requests.append((method, target))
        self._proxy.credentials.append(headers.get("proxy-authorization"))
        challenges = self._gate(headers)
        if challenges is not None:
            fields = [f"Proxy-Authenticate: {challenge}" for challenge in challenges]
            if self._proxy.closes_after_407:
                fields.append("Connection: close")
            self._say("407 Proxy Authentication Required", *fields)
            if self._proxy.closes_after_407:
                self._writer.close()
        elif method == "CONNECT":
            host, _, port = target.rpartition(":")
            await self._tunnel(host.strip("[]"), int(port))
        else:
            await self._forward(method, target, pairs, body)

    async def _tunnel(self, host: str, port: int) -> None:
        if self._proxy.ports is not None and port not in self._proxy.ports:
            self._say("403 Forbidden")
            return
        try:
            far_reader, far_writer = await self._proxy.open(host, port)
        except (OSError, ValueError):
            self._say("503 Service Unavailable")
            return
        self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _join(self._reader, self._writer, far_reader, far_writer)

    async def _forward(self, method: str, target: str, pairs: list[list[str]], body: bytes) -> None:
        url = urlsplit(target)
        assert url.hostname is not None
        site = (url.hostname, url.port or 80)
        if self._site != site:
            try:
                far_reader, self._far = await self._proxy.open(*site)
            except (OSError, ValueError):
                self._say("502 Bad Gateway")
                return
            self._site = site
            self._answers = asyncio.ensure_future(_copy(far_reader, self._writer))
        assert self._far is not None
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        kept = [f"{name}: {value}\r\n" for name, value in pairs if not name.lower().startswith("proxy-")]
        self._far.write(f"{method} {path} HTTP/1.1\r\n{''.join(kept)}\r\n".encode("latin-1") + body)
        await self._far.drain()

    def _say(self, status: str, *fields: str) -> None:
        lines = [f"HTTP/1.1 {status}", "Content-Length: 2", *fields]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\nno")


@asynccontextmanager
async def own_http_proxy(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[OwnProxy]:
    """An HTTP proxy, with `tls` an HTTPS proxy; `options` are those of `OwnProxy`."""
    proxy = OwnProxy(**options)
    async with listening(proxy.serve_http, tls) as proxy.port:
        yield proxy


@asynccontextmanager
async def own_socks_proxy(**options: Any) -> AsyncIterator[OwnProxy]:
    """A SOCKS5 proxy; `options` are those of `OwnProxy`."""
    proxy = OwnProxy(**options)
    async with listening(proxy.serve_socks) as proxy.port:
        yield proxy


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Copy both ways until one side ends."""
    ways = [
        asyncio.ensure_future(_copy(reader, far_writer)),
        asyncio.ensure_future(_copy(far_reader, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        far_writer.close()
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    writer.close()
