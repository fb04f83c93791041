"""Real servers that want to see a client's certificate: nginx, and OpenSSL's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from tests.support.ports import free_port

START_SECONDS = 10.0
_CONFIGURATION = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    default_type text/html;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_client_certificate {authority};
    server {{ listen 127.0.0.1:{strict} ssl http2; ssl_verify_client on;
              location / {{ return 200 "<p>hello $ssl_client_s_dn"; }}
              location /closed {{ return 403; }} }}
    server {{ listen 127.0.0.1:{open} ssl http2; ssl_verify_client optional;
              location / {{ return 200 "<p>$ssl_client_verify"; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class CertifiedSite:
    """`strict` lets nobody in without a certificate; `open` says what it was shown."""

    strict: str
    open: str


@contextmanager
def serve_certified(folder: Path, authority: Authority) -> Iterator[CertifiedSite]:
    """Run nginx until the block ends."""
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        pytest.skip("the Debian package nginx is missing")
    certificate, key = authority.sign("server")
    strict, opened = free_port(), free_port()
    (folder / "nginx.conf").write_text(
        _CONFIGURATION.format(
            user="user root root;" if os.geteuid() == 0 else "",
            certificate=certificate,
            key=key,
            authority=authority.file,
            strict=strict,
            open=opened,
        )
    )
    process = subprocess.Popen(
        [nginx, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"], stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(opened):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nginx does not start: {(folder / 'error.log').read_text()}")
            time.sleep(0.02)
        yield CertifiedSite(f"https://127.0.0.1:{strict}", f"https://127.0.0.1:{opened}")
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


@contextmanager
def serve_by_openssl(authority: Authority, version: str) -> Iterator[str]:
    """`openssl s_server`, which refuses in the handshake; `version` is ``tls1_2`` or ``tls1_3``."""
    certificate, key = authority.sign("server")
    port = free_port()
    files = ["-cert", str(certificate), "-key", str(key), "-CAfile", str(authority.file)]
    demands = ["-Verify", "2", "-verify_return_error"]
    process = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", f"-{version}", "-www", *files, *demands],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("openssl s_server does not start")
            time.sleep(0.02)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
