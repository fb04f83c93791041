"""What a browser says to its proxy on one connection: a tunnel, or http requests one after the other."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from catalog.canonical_url import Site
from crawler.browser.proxy_request import ProxyRequest, parse_proxy_request
from crawler.browser.relay import Passage, tunnel
from crawler.fetch.faults import FAULTS, outcome_of
from crawler.fetch.http11 import AnswerNeverCameError, Headers, Http1Connection
from crawler.fetch.stream import ByteStream
from crawler.outcome import Failed, Refused

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
_REFRAMED: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
_WITHOUT_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Ways:
    """What a conversation needs of its proxy; both ways give a fault as a value, `learn` takes others."""

    authorises: Callable[[ProxyRequest], bool]
    tunnel: Callable[[ProxyRequest], Awaitable[tuple[Passage, ByteStream | Failed | Refused]]]
    http: Callable[[ProxyRequest], Awaitable[tuple[Passage, Http1Connection | Failed | Refused]]]
    learn: Callable[[Site, Failed | Refused | None], None]
    idle_seconds: float


class Conversation:
    """One connection of the browser.

    Its http requests to one site follow each other on one connection to that site, since NTLM authenticates
    a connection.
    """

    def __init__(self, ways: Ways, reader: StreamReader, writer: StreamWriter) -> None:
        self._ways = ways
        self._reader = reader
        self._writer = writer
        self._passage: Passage | None = None
        self._lane: Http1Connection | None = None
        self._origin = ""

    async def hold(self) -> None:
        """Serve until browser or site ends it, or nothing comes for too long.

        Raises `ConnectionError`, `TimeoutError`.
        """
        try:
            while (request := await self._next_request()) is not None and await self._serve(request):
                pass
        finally:
            self._leave_site()

    async def _next_request(self) -> ProxyRequest | None:
        """The next request; None where the browser says no more, or nothing that a proxy understands."""
        try:
            async with asyncio.timeout(self._ways.idle_seconds):
                head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            await answer(self._writer, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large")
            return None
        request = parse_proxy_request(head)
        if request is None:
            await answer(self._writer, HTTPStatus.BAD_REQUEST, "this proxy takes CONNECT and http:// only")
        return request

    async def _serve(self, request: ProxyRequest) -> bool:
        """Serve one request; whether another may follow on this connection."""
        if not self._ways.authorises(request):
            challenge = 'Proxy-Authenticate: Basic realm="sitelore"'
            status = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
            await answer(self._writer, status, "this proxy belongs to a crawl", challenge)
            return request.body_bytes == 0
        if request.is_tunnel:
            await self._tunnel(request)
            return False
        return await self._send_on(request)

    async def _tunnel(self, request: ProxyRequest) -> None:
        passage, stream = await self._ways.tunnel(request)
        if isinstance(stream, Failed | Refused):
            await answer_fault(self._writer, stream)
            return
        try:
            self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await tunnel(self._reader, self._writer, stream, passage, self._ways.idle_seconds)
        finally:
            stream.close()

    async def _send_on(self, request: ProxyRequest) -> bool:
        length = request.body_bytes
        if length is None or length > MAX_BODY_BYTES:
            await answer(
                self._writer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large, or has no length"
            )
            return False
        body = await self._reader.readexactly(length) if length else b""
        if request.site.origin != self._origin:
            fault = await self._go_to(request)
            if fault is not None:
                await answer_fault(self._writer, fault)
                return True
        assert self._lane is not None
        try:
            async with asyncio.timeout(self._ways.idle_seconds):
                status, fields = await self._lane.send(
                    request.target.encode(), request.fields(), method=request.method.encode(), body=body
                )
        except FAULTS as error:
            if self._lane.served_before and isinstance(error, AnswerNeverCameError | ConnectionResetError):
                raise ConnectionResetError(
                    "a kept connection was closed"
                ) from error  # the browser asks again
            self._leave_site()
            fault = outcome_of(error, request.site.host)
            self._ways.learn(request.site, fault)
            await answer_fault(self._writer, fault)
            return True
        self._ways.learn(request.site, None)
        return await self._pass_back(request.method, status, fields)

    async def _pass_back(self, method: str, status: int, fields: Headers) -> bool:
        """Give the browser an answer, framed anew; whether another request may follow."""
        assert self._lane is not None
        assert self._passage is not None
        has_body = method != "HEAD" and status not in _WITHOUT_BODY
        is_chunked = has_body and not any(name == b"content-length" for name, _ in fields)
        self._writer.write(_head_of(status, fields, is_chunked=is_chunked))
        if has_body:
            await self._pass_body(is_chunked=is_chunked)
        await self._writer.drain()
        if (
            method == "HEAD" or not self._lane.is_reusable
        ):  # llhttp would wait for the body that HEAD never has
            self._leave_site()
        return True

    async def _pass_body(self, *, is_chunked: bool) -> None:
        """Raises `ConnectionError` where the site breaks off, so that the browser's connection does too."""
        assert self._lane is not None
        assert self._passage is not None
        while piece := await self._piece(self._lane):
            self._passage.moved(received=len(piece))
            self._writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
            await self._writer.drain()
        if is_chunked:
            self._writer.write(b"0\r\n\r\n")

    async def _piece(self, lane: Http1Connection) -> bytes:
        try:
            async with asyncio.timeout(self._ways.idle_seconds):
                return await lane.read()
        except FAULTS as error:
            self._writer.transport.abort()
            raise ConnectionResetError("the answer broke off") from error

    async def _go_to(self, request: ProxyRequest) -> Failed | Refused | None:
        self._leave_site()
        passage, lane = await self._ways.http(request)
        if isinstance(lane, Failed | Refused):
            return lane
        self._origin, self._lane, self._passage = request.site.origin, lane, passage
        return None

    def _leave_site(self) -> None:
        if self._lane is not None:
            self._lane.close()
        self._lane, self._passage, self._origin = None, None, ""


def _head_of(status: int, fields: Headers, *, is_chunked: bool) -> bytes:
    phrase = next((each.phrase for each in HTTPStatus if each == status), "")
    kept = [field for field in fields if field[0] not in _REFRAMED]
    if is_chunked:
        kept.append((b"transfer-encoding", b"chunked"))
    lines = b"".join([b"%b: %b\r\n" % field for field in kept])
    return f"HTTP/1.1 {status} {phrase}\r\n".encode() + lines + b"\r\n"


async def answer_fault(writer: StreamWriter, fault: Failed | Refused) -> None:
    """403 for what is refused, as by the guard, 502 for the rest; the sentence is for people who look."""
    status = HTTPStatus.FORBIDDEN if isinstance(fault, Refused) else HTTPStatus.BAD_GATEWAY
    await answer(writer, status, fault.detail)


async def answer(writer: StreamWriter, status: HTTPStatus, text: str, *headers: str) -> None:
    """Say something oneself, in plain text."""
    body = (text + "\n").encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        *headers,
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()
