"""What a browser says to its proxy on one connection: a tunnel, or http requests one after the other."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from crawler.browser.proxy_request import ProxyRequest, parse_proxy_request
from crawler.browser.relay import PIECE_BYTES, Passage, copy_down, tunnel
from crawler.fetch.stream import ByteStream
from crawler.outcome import Failed, Refused
from crawler.rules.canonical_url import Site


@dataclass(frozen=True, slots=True)
class Ways:
    """What a conversation needs of its proxy; `connect` gives a fault as a value."""

    authorises: Callable[[ProxyRequest], bool]
    connect: Callable[[ProxyRequest], Awaitable[tuple[Passage, ByteStream | Failed | Refused]]]
    idle_seconds: float


class Conversation:
    """What the browser says on one connection: a tunnel, or http requests one after the other.

    Requests to one site follow each other on one connection to it, since NTLM authenticates a connection.
    """

    def __init__(self, ways: Ways, reader: StreamReader, writer: StreamWriter) -> None:
        self._ways = ways
        self._reader = reader
        self._writer = writer
        self._site: Site | None = None
        self._stream: ByteStream | None = None
        self._passage: Passage | None = None
        self._answers: asyncio.Future[None] | None = None

    async def hold(self) -> None:
        """Serve until browser or site ends it, or nothing moves any more. Raises `ConnectionError`."""
        try:
            while (request := await self._next_request()) is not None and await self._serve(request):
                pass
        finally:
            await self._leave_site()

    async def _next_request(self) -> ProxyRequest | None:
        """The next request; None where the browser or the site has ended, or nothing comes any more."""
        head = asyncio.ensure_future(self._reader.readuntil(b"\r\n\r\n"))
        try:
            if not await self._comes(head):
                return None
            request = parse_proxy_request(head.result())
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            await answer(self._writer, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head is too large")
            return None
        finally:
            head.cancel()
        if request is None:
            await answer(self._writer, HTTPStatus.BAD_REQUEST, "this proxy takes CONNECT and http:// only")
        return request

    async def _comes(self, head: asyncio.Future[bytes]) -> bool:
        """Whether a head comes before the site ends and before nothing has moved for too long."""
        waits: set[asyncio.Future[bytes] | asyncio.Future[None]] = {head}
        if self._answers is not None:
            waits.add(self._answers)
        idle_seconds = self._ways.idle_seconds
        left = idle_seconds
        while left > 0:
            ended, _ = await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if ended:
                return head.done()
            left = 0 if self._passage is None else self._passage.seconds_until_idle(idle_seconds)
        return False

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
        return await self._forward(request)

    async def _tunnel(self, request: ProxyRequest) -> None:
        passage, stream = await self._ways.connect(request)
        if isinstance(stream, Failed | Refused):
            await answer_fault(self._writer, stream)
            return
        try:
            self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await tunnel(self._reader, self._writer, stream, passage, self._ways.idle_seconds)
        finally:
            stream.close()

    async def _forward(self, request: ProxyRequest) -> bool:
        """Send an http request on; its answer is copied by a task while the next one is awaited."""
        length = request.body_bytes
        if length is None:
            await answer(self._writer, HTTPStatus.LENGTH_REQUIRED, "a body needs its length")
            return False
        if self._stream is None or request.site != self._site:
            await self._leave_site()
            fault = await self._go_to(request)
            if fault is not None:
                await answer_fault(self._writer, fault)
                return length == 0
        assert self._stream is not None
        assert self._passage is not None
        head = request.head()
        self._passage.requests += 1
        self._passage.moved(sent=len(head) + length)
        await self._stream.write(head)
        while length:
            piece = await self._reader.read(min(PIECE_BYTES, length))
            if not piece:
                return False
            length -= len(piece)
            await self._stream.write(piece)
        return True

    async def _go_to(self, request: ProxyRequest) -> Failed | Refused | None:
        passage, stream = await self._ways.connect(request)
        if isinstance(stream, Failed | Refused):
            return stream
        self._site, self._stream, self._passage = request.site, stream, passage
        self._answers = asyncio.ensure_future(copy_down(stream, self._writer, passage))
        return None

    async def _leave_site(self) -> None:
        if self._answers is not None:
            self._answers.cancel()
            await asyncio.gather(self._answers, return_exceptions=True)
        if self._stream is not None:
            self._stream.close()
        self._answers = self._stream = self._site = self._passage = None


async def answer_fault(writer: StreamWriter, fault: Failed | Refused) -> None:
    """403 for what is refused, as by the guard, 502 for the rest; the sentence is for people who look."""
    status = HTTPStatus.FORBIDDEN if isinstance(fault, Refused) else HTTPStatus.BAD_GATEWAY
    await answer(writer, status, fault.detail)


async def answer(writer: StreamWriter, status: HTTPStatus, text: str, *headers: str) -> None:
    body = (text + "\n").encode()
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        *headers,
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()
