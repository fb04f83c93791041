"""One TCP or TLS connection as a stream of bytes, straight over an asyncio transport.

It serves our HTTP/1.1 connection and, being an `httpcore2.AsyncNetworkStream`, that package's HTTP/2.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import Any, cast

import httpcore2

_HIGH_WATER_BYTES = 1 << 20


class TlsAlertError(ConnectionResetError):
    """The peer ended the connection by a TLS alert, as servers do that want another client certificate:
    with TLS 1.3 that comes after the handshake.
    """

    def __init__(self, error: ssl.SSLError) -> None:
        super().__init__((error.reason or str(error)).lower().replace("_", " "))


class ByteStream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """Received bytes wait here until they are read; beyond 1 MiB the peer is made to wait.

    Reading or writing a connection that was cut raises `ConnectionError`.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_paused = False
        self._reader: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        self._error: Exception | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the connection stands and nothing has arrived that nobody asked for."""
        return not self._ended and not self._received

    # The parameter `timeout` is part of httpcore2's interface; the fetcher bounds the whole request instead.

    async def read(
        self,
        max_bytes: int = _HIGH_WATER_BYTES,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
    ) -> bytes:
        """The bytes that have arrived, waiting for some; ``b""`` at the end of the stream."""
        if not self._received and not self._ended:
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if not self._received:
            if isinstance(self._error, ssl.SSLError) and "ALERT" in (self._error.reason or ""):
                raise TlsAlertError(self._error) from self._error
            if self._error is not None:
                raise ConnectionResetError(str(self._error)) from self._error
            return b""
        data = self._received.popleft()
        if len(data) > max_bytes:
            self._received.appendleft(data[max_bytes:])
            data = data[:max_bytes]
        self._waiting_bytes -= len(data)
        if self._is_paused and self._waiting_bytes < _HIGH_WATER_BYTES and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
    ) -> None:
        """Send bytes, waiting while the peer does not take them."""
        if self._transport is None or self._ended:
            raise ConnectionResetError("the connection was closed")
        self._transport.write(buffer)
        if not self._writable.is_set():
            await self._writable.wait()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
    ) -> ByteStream:
        """Speak TLS from here on: with a site through a proxy, also where TLS is spoken with that already.

        Raises `ssl.SSLError`, `ConnectionError`.
        """
        if self._transport is None or self._ended:
            raise ConnectionResetError("the connection was closed")
        transport = await self._loop.start_tls(
            self._transport, self, ssl_context, server_hostname=server_hostname
        )
        if transport is None:
            raise ConnectionResetError("the connection was closed")
        self._transport = transport
        return self

    async def aclose(self) -> None:
        """Close without waiting for the peer."""
        self.close()

    def close(self) -> None:
        """Close without waiting for the peer; what was not read is dropped."""
        self._ended = True
        self._received.clear()
        if self._transport is not None:
            self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """What `httpcore2` asks of a stream."""
        if info == "is_readable":
            return not self.is_quiet
        return None if self._transport is None else self._transport.get_extra_info(info)

    @property
    def negotiated_protocol(self) -> str | None:
        """What TLS agreed on (ALPN, RFC 7301): ``h2``, ``http/1.1`` or nothing."""
        tls: ssl.SSLObject | None = self.get_extra_info("ssl_object")
        return None if tls is None else tls.selected_alpn_protocol()

    @property
    def peer_certificate(self) -> bytes | None:
        """The certificate (DER) that the server showed, None without TLS."""
        tls: ssl.SSLObject | None = self.get_extra_info("ssl_object")
        return None if tls is None else tls.getpeercert(binary_form=True)

    # what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= _HIGH_WATER_BYTES and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
