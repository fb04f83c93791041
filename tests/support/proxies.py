"""Real proxies on loopback ports: squid (Debian) and proxy.py (PyPI)."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.ports import free_port

START_SECONDS: Final = 15.0
PATIENCE: Final = 10.0
"""Seconds that a line of a log is waited for."""
PORT_ATTEMPTS: Final = 5
_HELPERS: Final = Path("/usr/lib/squid")
_SQUID: Final = """
http_port 127.0.0.1:{port}
pid_filename none
cache deny all
cache_mem 4 MB
memory_cache_shared off
coredump_dir {folder}
logfile_rotate 0
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
cache_store_log none
netdb_filename none
pinger_enable off
hosts_file {folder}/hosts
shutdown_lifetime 0 seconds
visible_hostname squid.test
{user}
{authentication}
acl CONNECT method CONNECT
acl tunnelled port {tunnelled}
http_access deny CONNECT !tunnelled
{access}
http_access deny all
"""
_BASIC: Final = """
auth_param basic program {helpers}/basic_ncsa_auth {folder}/users
auth_param basic children 1 startup=1
acl known proxy_auth REQUIRED
"""
_DIGEST: Final = """
auth_param digest program {helpers}/digest_file_auth -c {folder}/users
auth_param digest children 1 startup=1
auth_param digest realm proxy
auth_param digest nonce_max_count {uses}
acl known proxy_auth REQUIRED
"""


@dataclass(frozen=True, slots=True)
class RealProxy:
    """A running proxy and its log, where it keeps one; `end` ends it before its time."""

    port: int
    end: Callable[[], None]
    log: Path | None = None

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def lines_with(self, *words: str, at_least: int = 0) -> list[str]:
        """The lines of its log that hold all these words, waited for while they are fewer than expected.

        Squid writes a line down when a request has ended, which may be after its client has the answer.
        """
        assert self.log is not None
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [line for line in self.log.read_text().splitlines() if all(w in line for w in words)]
            if len(found) >= at_least or time.monotonic() > deadline:
                return found
            time.sleep(0.02)


@contextmanager
def serve_squid(
    *,
    authentication: str = "none",
    account: tuple[str, str] = ("eva", "secret"),
    names: Mapping[str, str] | None = None,
    tunnelled: Sequence[int] = (443,),
    nonce_uses: int = 50,
) -> Iterator[RealProxy]:
    """Run squid until the block ends, with authentication ``none``, ``basic`` or ``digest``.

    CONNECT is allowed to the ports of `tunnelled` alone, as in squid's own configuration.
    """
    squid = shutil.which("squid", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if squid is None:
        pytest.skip("the Debian package squid is missing")
    with tempfile.TemporaryDirectory(prefix="sitelore-squid-") as name:
        folder = Path(name)
        (folder / "hosts").write_text("".join(f"{ip} {host}\n" for host, ip in (names or {}).items()))
        template, users = _accounts(authentication, *account)
        (folder / "users").write_text(users)
        is_root = os.geteuid() == 0
        settings = {
            "folder": folder,
            # As root squid becomes this user, whose the files must be then.
            "user": "cache_effective_user proxy" if is_root else "",
            "authentication": template.format(helpers=_HELPERS, folder=folder, uses=nonce_uses),
            "tunnelled": " ".join(map(str, tunnelled)),
            "access": "http_access allow known" if template else "http_access allow all",
        }
        yield from _run_squid(squid, folder, settings, is_root)


def _accounts(authentication: str, username: str, password: str) -> tuple[str, str]:
    if authentication == "basic":
        hashed = subprocess.run(
            ["openssl", "passwd", "-apr1", "-stdin"],
            input=password,
            capture_output=True,
            text=True,
            check=True,
        )
        return _BASIC, f"{username}:{hashed.stdout}"
    if authentication == "digest":
        secret = hashlib.md5(f"{username}:proxy:{password}".encode(), usedforsecurity=False).hexdigest()
        return _DIGEST, f"{username}:proxy:{secret}\n"
    return "", ""


def _run_squid(
    squid: str, folder: Path, settings: Mapping[str, object], is_root: bool
) -> Iterator[RealProxy]:
    for _ in range(PORT_ATTEMPTS):  # between asking for a free port and listening, another may take it
        port = free_port()
        # Its shared memory is named after the service: each needs a name of its own.
        service = "sitelore" + uuid.uuid4().hex[:8]
        (folder / "squid.conf").write_text(_SQUID.format(port=port, **settings))
        if is_root:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "proxy", "proxy")
        process = subprocess.Popen(
            [squid, "-n", service, "-N", "-f", str(folder / "squid.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            if _listens(port, process):
                yield RealProxy(port, process.kill, folder / "access.log")
                return
        finally:
            _end(process)
            for left in Path("/dev/shm").glob(f"{service}-*"):
                left.unlink(missing_ok=True)
    raise RuntimeError(f"squid does not start: {(folder / 'cache.log').read_text()}")


@contextmanager
def serve_proxy_py(
    *, account: tuple[str, str] | None = None, certificate: Path | None = None
) -> Iterator[RealProxy]:
    """Run proxy.py until the block ends: `certificate` (with its key, PEM) makes it an HTTPS proxy."""
    options = [] if account is None else ["--basic-auth", ":".join(account)]
    if certificate is not None:
        options += ["--cert-file", str(certificate), "--key-file", str(certificate)]
    with tempfile.TemporaryDirectory(prefix="sitelore-proxy-py-") as folder:
        log = Path(folder) / "log"
        for _ in range(PORT_ATTEMPTS):
            port = free_port()
            fixed = ["--hostname", "127.0.0.1", "--port", str(port), "--num-workers", "1"]
            fixed += ["--num-acceptors", "1", "--threaded", "--data-dir", folder, "--log-file", str(log)]
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "proxy", *fixed, *options],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                if _listens(port, process):
                    yield RealProxy(port, process.kill, log)
                    return
            finally:
                _end(process)
    raise RuntimeError("proxy.py does not start")


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.02)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=START_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=START_SECONDS)
