"""A webhook on loopback that keeps what it is told and answers as a test says."""

from __future__ import annotations

import http.server
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Told:
    """A POST; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass
class Webhook:
    """`statuses` are the answers in order, the last for all that follow; each comes after `delay` seconds."""

    statuses: Sequence[int] = (200,)
    delay: float = 0.0
    scheme: str = "http"
    port: int = 0
    told: list[Told] = field(default_factory=list)

    def url(self, path: str = "/secret-path") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


@contextmanager
def serve_webhook(
    *statuses: int, delay: float = 0.0, certificate: tuple[Path, Path] | None = None
) -> Iterator[Webhook]:
    """Listen until the block ends; over TLS with a certificate and its key."""
    hook = Webhook(statuses or (200,), delay)
    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.told.append(Told(self.path, headers, orjson.loads(self.rfile.read(length))))
            over.wait(hook.delay)
            self.send_response(hook.statuses[min(len(hook.told), len(hook.statuses)) - 1])
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who trusts it not hangs up
    hook.port = server.server_port
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        hook.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def wait_until_told(hook: Webhook, count: int, seconds: float = 60.0) -> None:
    """Wait for a number of messages."""
    deadline = time.monotonic() + seconds
    while len(hook.told) < count:
        assert time.monotonic() < deadline, f"{len(hook.told)} messages of {count}"
        time.sleep(0.05)
