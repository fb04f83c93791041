"""A site behind NTLM, Negotiate or Kerberos: pyspnego's accepting side over a small asyncio server.

It runs in a process of its own, so that the environment that makes an acceptor (NTLM_USER_FILE, KRB5_KTNAME)
is not the client's, and so that a test may let its clock go wrong. It keeps the state of each connection, as
IIS does, and counts what a lockout policy would count.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class HandshakeSite:
    """A running site. `origin` has no slash at the end."""

    origin: str
    _control: str = field(repr=False)

    def url(self, target: str = "/") -> str:
        return self.origin + target

    def counts(self) -> dict[str, int]:
        """`connections`, `requests`, `attempts` (with a password or a ticket), `rejected`, `pages`."""
        with urllib.request.urlopen(self._control + "/", timeout=10) as answer:
            counts: dict[str, int] = json.load(answer)
            return counts

    def reset(self) -> None:
        """Count from nought again."""
        urllib.request.urlopen(self._control + "/reset", timeout=10).close()


@contextmanager
def serve_handshakes(
    *options: str,
    environment: Mapping[str, str],
    certificate: Path | None = None,
    command: Sequence[str] = (),
) -> Iterator[HandshakeSite]:
    """Run the server until the block ends. `options` as `main` knows them; `command` goes before Python."""
    tls = [] if certificate is None else ["--tls", str(certificate)]
    process = subprocess.Popen(
        [*command, sys.executable, "-m", "tests.support.handshake_server", *tls, *options],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the handshake server ended with {process.wait(START_SECONDS)}")
        site, control = json.loads(line)
        scheme = "http" if certificate is None else "https"
        yield HandshakeSite(f"{scheme}://localhost:{site}", f"http://127.0.0.1:{control}")
    finally:
        process.stdout.close()
        os.killpg(process.pid, signal.SIGTERM)  # `command` may have made another process for Python
        process.wait(START_SECONDS)


class Acceptor:
    """The server's side of all connections."""

    def __init__(self, options: argparse.Namespace, bindings: Any) -> None:
        self.options = options
        self.bindings = bindings
        self.counts = dict.fromkeys(("connections", "requests", "attempts", "rejected", "pages"), 0)
        self.cut = options.cut

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request by request."""
        self.counts["connections"] += 1
        connection = AcceptedConnection(self)
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                self.counts["requests"] += 1
                status, headers, body, closes = connection.answer(head)
                lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: text/html"]
                lines += ["Connection: close"] if closes else []
                writer.write("\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n" + body)
                await writer.drain()
                if closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client is gone, or the server ends
        finally:
            writer.close()

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The counts, for the test."""
        line = await reader.readline()
        body = json.dumps(self.counts).encode()
        if b"/reset" in line:
            self.counts.update(dict.fromkeys(self.counts, 0))
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body)
        await writer.drain()
        writer.close()


class AcceptedConnection:
    """What the server knows of one connection."""

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._context: Any = None
        self._authenticated = False
        self._pages = 0

    def answer(self, head: str) -> tuple[str, list[str], bytes, bool]:
        """Status, headers, body, and whether the connection ends."""
        request, *lines = head.split("\r\n")
        target = request.split(" ")[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        if target.startswith("/open"):
            return self._page([])
        if "authorization" in headers:
            return self._step(headers["authorization"], target)
        if self._authenticated and not self._acceptor.options.by_request:
            return self._refusal() if target.startswith("/denied") else self._page([])
        return self._refusal()

    def _step(self, authorization: str, target: str) -> tuple[str, list[str], bytes, bool]:
        import spnego
        from spnego.exceptions import SpnegoError

        word, _, token = authorization.partition(" ")
        data = base64.b64decode(token)
        if self._context is None or self._context.complete or data.startswith(b"NTLMSSP\0\1"):
            self._context = spnego.server(
                hostname="localhost",
                service="HTTP",
                protocol="negotiate" if word == "Negotiate" else "ntlm",
                channel_bindings=self._acceptor.bindings,
            )
        counts = self._acceptor.counts
        is_proof = b"NTLMSSP\0\3" in data or b"NTLMSSP\0" not in data
        counts["attempts"] += is_proof
        try:
            answer = self._context.step(data)
        except SpnegoError as error:
            self._context = None
            counts["rejected"] += 1
            return self._refusal(_error_token(error, word))
        value = f"{word} {base64.b64encode(answer).decode()}" if answer else None
        if not self._context.complete:
            if self._acceptor.cut > 0:
                self._acceptor.cut -= 1
                return "401 Unauthorized", [f"WWW-Authenticate: {value}"], b"go on", True
            return "401 Unauthorized", [f"WWW-Authenticate: {value}"], b"go on", False
        self._authenticated = True
        if target.startswith("/denied"):
            return self._refusal()
        return self._page([f"WWW-Authenticate: {value}"] if value else [])

    def _page(self, headers: list[str]) -> tuple[str, list[str], bytes, bool]:
        self._acceptor.counts["pages"] += 1
        self._pages += 1
        if self._acceptor.options.by_request and self._acceptor.options.says_so:
            headers = [*headers, "Persistent-Auth: false"]
        closes = self._pages == self._acceptor.options.lasts
        return "200 OK", headers, self._acceptor.options.body.encode(), closes

    def _refusal(self, error: str | None = None) -> tuple[str, list[str], bytes, bool]:
        offers = self._acceptor.options.offers.split("|")
        headers = [f"WWW-Authenticate: {offer}" for offer in ([error] if error else offers)]
        return "401 Unauthorized", headers, self._acceptor.options.refusal.encode(), False


def _error_token(error: Exception, word: str) -> str | None:
    """What GSSAPI tells the client of a ticket that it does not take (KRB-ERROR, RFC 4121 section 4.1)."""
    token = getattr(getattr(error, "base_error", None), "token", None)
    return f"{word} {base64.b64encode(token).decode()}" if token else None


def _raise_gssapi_errors_at_once() -> None:
    """python-gssapi keeps a fault of the first step for the second, and pyspnego breaks in between."""
    try:
        import gssapi
    except ImportError:  # the extra `kerberos` is not installed: NTLM needs none
        return
    setattr(gssapi.SecurityContext, "__DEFER_STEP_ERRORS__", False)  # noqa: B010 - its stubs hide it


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM."""
    _raise_gssapi_errors_at_once()
    tls, bindings = None, None
    if options.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls)
        if options.bindings:
            bindings = _bindings(Path(options.tls), wrong=options.bindings == "wrong")
    acceptor = Acceptor(options, bindings)
    site = await asyncio.start_server(acceptor.serve, "127.0.0.1", 0, ssl=tls, backlog=512)
    control = await asyncio.start_server(acceptor.control, "127.0.0.1", 0)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print(json.dumps([server.sockets[0].getsockname()[1] for server in (site, control)]), flush=True)
    await ended.wait()
    site.close()
    control.close()


def _bindings(certificate: Path, *, wrong: bool) -> Any:
    import hashlib

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from spnego.channel_bindings import GssChannelBindings

    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    digest = hashlib.sha256(loaded.public_bytes(Encoding.DER)).digest()  # the tests' are signed with SHA-256
    if wrong:
        digest = bytes(reversed(digest))
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)


def main() -> None:
    """Parse the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", default="Negotiate|NTLM", help="challenges; each | begins a new header")
    parser.add_argument("--by-request", action="store_true", help="authenticate each request")
    parser.add_argument("--says-so", action="store_true", help="with `Persistent-Auth: false`")
    parser.add_argument("--cut", type=int, default=0, help="close so many connections after a challenge")
    parser.add_argument("--lasts", type=int, default=0, help="close a connection after so many pages")
    parser.add_argument("--tls", help="certificate and key (PEM)")
    parser.add_argument("--bindings", choices=["right", "wrong"], help="require channel bindings")
    parser.add_argument("--body", default="<title>Page</title><p>for crawler")
    parser.add_argument("--refusal", default="who are you?", help="the body of a 401")
    asyncio.run(run(parser.parse_args()))


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = START_SECONDS) -> bool:
    """Whether somebody listens on the port before the time is over or the process ends."""
    import socket

    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


if __name__ == "__main__":
    main()
