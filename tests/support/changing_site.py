"""A site whose pages a test declares and changes while it runs; it keeps a log of what it was asked."""

from __future__ import annotations

import hashlib
import http.server
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PARAGRAPH = "Grey gulls sit on the harbour wall at noon and wait for the boats to come home. "


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers; with `etag` the one who names it is answered 304."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds before the answer
    etag: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and the status that it was answered with; header names in lower case."""

    path: str
    status: int
    headers: Mapping[str, str]


Declared = Answer | Callable[[Mapping[str, str]], Answer]


@dataclass
class ChangingSite:
    """`pages` maps paths (with their query) to answers or to functions of the request's headers.

    A path that is not declared is `otherwise`, or what that makes of the path: 404 by default.
    `/robots.txt` allows all unless declared.
    """

    pages: MutableMapping[str, Declared]
    scheme: str = "http"
    port: int = 0
    log: list[Asked] = field(default_factory=list)
    otherwise: Answer | Callable[[str], Answer] = Answer(b"gone", 404)

    @property
    def origin(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return self.origin + path

    def asked(self, path: str) -> list[int]:
        """The statuses that a path was answered with, in order."""
        return [each.status for each in self.log if each.path == path]

    def take_log(self) -> list[Asked]:
        """The log so far without robots.txt; it begins anew."""
        taken, self.log = self.log, []
        return [each for each in taken if each.path != "/robots.txt"]

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        """What a request gets: 304 where it names the page's present ETag."""
        declared = self.pages.get(path)
        if declared is None:
            if path == "/robots.txt":
                declared = Answer(b"", 200, "text/plain")
            else:
                declared = self.otherwise(path) if callable(self.otherwise) else self.otherwise
        answer = declared(headers) if callable(declared) else declared
        if not answer.etag or answer.status != 200:
            return answer
        tag = '"' + hashlib.blake2b(answer.body, digest_size=8).hexdigest() + '"'
        with_tag = {**answer.headers, "ETag": tag}
        if headers.get("if-none-match") == tag:
            return Answer(b"", 304, None, with_tag)
        return Answer(answer.body, 200, answer.content_type, with_tag, answer.delay)


def page(title: str, *links: str, text: str | None = None, head: str = "") -> Answer:
    """A page with a paragraph of its own; a link is a path, or an `<a>` element as it is to stand there."""
    anchors = (link if link.startswith("<") else f'<a href="{link}">{link}</a>' for link in links)
    items = "".join(f"<li>{anchor}</li>" for anchor in anchors)
    words = f"{title}. {PARAGRAPH}" if text is None else text
    return Answer(
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><main><h1>{title}</h1>"
        f"<p>{words}</p><ul>{items}</ul></main></body></html>".encode()
    )


def redirect(target: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(b"", status, headers={"Location": target})


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: ChangingSite

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.site.answer(self.path, headers)
        self.site.log.append(Asked(self.path, answer.status, headers))
        if answer.delay:
            time.sleep(answer.delay)
        self.send_response(answer.status)
        if answer.content_type is not None:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: a test's output is not a log."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler may hang up in the middle: that is its right."""


@contextmanager
def serve_site(
    pages: Mapping[str, Declared] | None = None, *, certificate: Path | None = None
) -> Iterator[ChangingSite]:
    """Run a site on a loopback port until the block ends; with TLS where a certificate is given."""
    site = ChangingSite(dict(pages or {}), "https" if certificate else "http")
    handler = type("_SiteHandler", (_Handler,), {"site": site, "disable_nagle_algorithm": True})
    with _Server(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
