"""A small HTTP/1.1 server for the tests, declared as what it writes for each path, down to the byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.support.loopback import listening

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """What the server was asked: target and headers (names in lower case)."""

    target: str
    headers: dict[str, str]
    server_name: str | None = None


@dataclass
class FauxSite:
    """`answers` maps targets to the bytes to write, or to a behaviour that writes them itself."""

    answers: Mapping[str, bytes | Behaviour]
    scheme: str = "http"
    port: int = 0
    connections: int = 0
    peer_ports: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, target: str = "/") -> str:
        return self.origin + target

    async def serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.peer_ports.append(writer.get_extra_info("peername")[1])
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                pairs = (line.split(": ", 1) for line in lines[1:] if line)
                request = Request(lines[0].split(" ")[1], {name.lower(): value for name, value in pairs})
                self.requests.append(request)
                answer = self.answers[request.target]
                if callable(answer):
                    await answer(reader, writer)
                else:
                    writer.write(answer)
                    await writer.drain()
                if writer.is_closing() or b"connection: close" in head.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError, KeyError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serve(
    answers: Mapping[str, bytes | Behaviour], tls: ssl.SSLContext | None = None
) -> AsyncIterator[FauxSite]:
    """Run a site on a free port of 127.0.0.1."""
    site = FauxSite(answers, "https" if tls else "http")
    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: site.server_names.append(name)
    async with listening(site.serve_connection, tls) as site.port:
        yield site


def answer(
    body: bytes = b"", status: str = "200 OK", content_type: str | None = "text/html", **fields: str
) -> bytes:
    """A well-formed answer; underscores in field names are dashes."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    if content_type is not None:
        head.append(f"Content-Type: {content_type}")
    head += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def chunked(*chunks: bytes, **fields: str) -> bytes:
    """An answer in chunks, with its end."""
    head = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Content-Type: text/html"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body + b"0\r\n\r\n"
