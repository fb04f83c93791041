"""A small HTTP/2 server for the tests, over TLS with ALPN."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.events


@dataclass
class Http2Site:
    """Answers every request with its path; goes away (GOAWAY) after so many requests on a connection."""

    requests_per_connection: int
    port: int = 0
    connections: int = 0
    paths: list[str] = field(default_factory=list)
    authorities: set[str] = field(default_factory=set)

    def url(self, path: str = "/") -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    async def serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        served = 0
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        try:
            while data := await reader.read(65_536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        served += 1
                        if served > self.requests_per_connection:
                            connection.close_connection(last_stream_id=event.stream_id - 2)
                            writer.write(connection.data_to_send())
                            return
                        self._answer(connection, event)
                writer.write(connection.data_to_send())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _answer(self, connection: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        fields = {str(name): str(value) for name, value in event.headers or ()}
        self.paths.append(fields[":path"])
        self.authorities.add(fields[":authority"])
        assert event.stream_id is not None
        connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
        connection.send_data(event.stream_id, fields[":path"].encode(), end_stream=True)


@asynccontextmanager
async def serve_http2(certificate: Path, requests_per_connection: int = 1_000) -> AsyncIterator[Http2Site]:
    """Run the server on a free port of 127.0.0.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])
    site = Http2Site(requests_per_connection)
    server = await asyncio.start_server(site.serve_connection, "127.0.0.1", 0, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
