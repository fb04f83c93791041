"""A folder served by a real nginx on a loopback port; by Python's http.server where nginx is missing."""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.support.ports import free_port

START_SECONDS: Final = 10.0
PORT_ATTEMPTS: Final = 5
CONFIGURATION: Final = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
{user}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/plain text/css application/javascript;
    log_format targets '$status $request_uri';
    access_log {access_log};
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 100000;
    sendfile on;
    server {{
        listen 127.0.0.1:{port} backlog=512;
        root "{root}";
        index index.html index.html.en;
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class StaticSite:
    """A served folder: `url` has no slash at the end; `server` is `nginx` or `http.server`."""

    url: str
    server: str
    access_log: Path | None

    def requests(self) -> list[tuple[int, str]]:
        """Status and target of every request so far; only where the site was served with `log=True`."""
        if self.access_log is None:
            raise ValueError("this site keeps no log: serve it with log=True and nginx")
        lines = self.access_log.read_text().splitlines()
        return [(int(status), target) for status, _, target in (line.partition(" ") for line in lines)]


@contextmanager
def serve_folder(root: Path, *, log: bool = False) -> Iterator[StaticSite]:
    """Serve `root` until the block ends.

    Raises:
        RuntimeError: nginx did not start; the message is nginx's own.
    """
    if nginx := shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin"):
        with tempfile.TemporaryDirectory(prefix="sitelore-nginx-") as prefix:
            yield from _serve_by_nginx(nginx, root.resolve(), Path(prefix), log)
    else:
        yield from _serve_by_python(root)


def _serve_by_nginx(nginx: str, root: Path, prefix: Path, log: bool) -> Iterator[StaticSite]:
    access_log = prefix / "access.log" if log else None
    process, port = _start_nginx(nginx, root, prefix, log)
    try:
        yield StaticSite(f"http://127.0.0.1:{port}", "nginx", access_log)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _start_nginx(nginx: str, root: Path, prefix: Path, log: bool) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(PORT_ATTEMPTS):  # between asking for a free port and listening, another may take it
        port = free_port()
        (prefix / "nginx.conf").write_text(
            CONFIGURATION.format(
                # As root the workers would become www-data, who may not read a test's folder.
                user="user root root;" if os.geteuid() == 0 else "",
                access_log="access.log targets" if log else "off",
                port=port,
                root=root,
            )
        )
        process = subprocess.Popen(
            [nginx, "-p", str(prefix), "-c", "nginx.conf", "-e", "error.log"], stderr=subprocess.DEVNULL
        )
        if _answers(port, process):
            return process, port
    raise RuntimeError(f"nginx does not start: {(prefix / 'error.log').read_text()}")


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: a test's output is not a log."""


def _serve_by_python(root: Path) -> Iterator[StaticSite]:
    handler = partial(_QuietHandler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield StaticSite(f"http://127.0.0.1:{server.server_port}", "http.server", None)
        finally:
            server.shutdown()
            thread.join()
