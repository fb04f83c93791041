"""Debian's Apache with PHP, and whatever a site needs besides, on a loopback port of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.ports import free_port

MODULES: Final = Path("/usr/lib/apache2/modules")
PHP: Final = MODULES / "libphp8.2.so"
START_SECONDS: Final = 20.0
SERVER_ACCOUNT: Final = "www-data"
CONFIGURATION: Final = """
ServerRoot "{folder}"
DefaultRuntimeDir "{folder}"
PidFile "{folder}/apache.pid"
ServerName {host}:{port}
Listen {host}:{port}
LoadModule mpm_prefork_module {modules}/mod_mpm_prefork.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule env_module {modules}/mod_env.so
LoadModule mime_module {modules}/mod_mime.so
TypesConfig /etc/mime.types
StartServers 2
MinSpareServers 1
MaxSpareServers 4
ServerLimit 8
MaxRequestWorkers 8
KeepAlive On
MaxKeepAliveRequests 0
Timeout 30
{account}
ErrorLog "{folder}/error.log"
LogFormat "%s %m %U%q" asked
CustomLog "{folder}/access.log" asked
<Directory "/">
    AllowOverride None
    Require all granted
</Directory>
"""
WITH_PHP: Final = f"""
LoadModule php_module {PHP}
<FilesMatch "\\.php$">
    SetHandler application/x-httpd-php
</FilesMatch>
DirectoryIndex index.php
"""
COUNTS_POSTS: Final = """<?php
if (isset($_POST['{field}'])) {{
    file_put_contents('{folder}/posted.log', "{field}\\n", FILE_APPEND | LOCK_EX);
}}
"""
"""A file that PHP runs before every script; Apache's own log is written after the answer, this one before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its method and target, and the status it was answered with."""

    status: int
    method: str
    target: str


@dataclass(frozen=True, slots=True)
class Apache:
    """A running Apache: `address` has no slash at the end; `folder` is its own."""

    address: str
    folder: Path

    def asked(self, method: str, part: str) -> int:
        """How many requests of this method had `part` in their target."""
        return sum(one.method == method and part in one.target for one in self.requests())

    def posted(self) -> int:
        """How many forms came with the field that COUNTS_POSTS looks for."""
        log = self.folder / "posted.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def requests(self) -> list[Asked]:
        """Every request so far, but perhaps the last one."""
        lines = (self.folder / "access.log").read_text(errors="replace").splitlines()
        parted = [line.split(" ", 2) for line in lines]
        return [Asked(int(status), method, target) for status, method, target in parted]


@contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A folder that Apache's account may read and write; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix=f"sitelore-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def hand_over(folder: Path) -> None:
    """Give a folder and all in it to Apache's account; it is ours already unless we are root."""
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, SERVER_ACCOUNT, SERVER_ACCOUNT)


@contextmanager
def serve_apache(address: str, folder: Path, site: str) -> Iterator[Apache]:
    """Run Apache with the configuration `site` at ``http://HOST:PORT`` until the block ends.

    Raises:
        RuntimeError: Apache did not start; the message is its own.
    """
    host, _, port = address.removeprefix("http://").partition(":")
    account = f"User {SERVER_ACCOUNT}\nGroup {SERVER_ACCOUNT}" if os.geteuid() == 0 else ""
    common = CONFIGURATION.format(folder=folder, host=host, port=port, modules=MODULES, account=account)
    (folder / "apache.conf").write_text(common + site)
    hand_over(folder)
    apache = shutil.which("apache2", path=os.environ.get("PATH", "") + ":/usr/sbin")
    assert apache is not None, "callers skip where apache2 is missing"
    output = (folder / "output.log").open("w")
    process = subprocess.Popen(
        [apache, "-f", str(folder / "apache.conf"), "-DFOREGROUND"],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,  # on SIGTERM Apache ends its whole process group: not ours
    )
    try:
        if not _answers(host, int(port), process):
            logs = [folder / "output.log", folder / "error.log"]
            said = "\n".join(log.read_text() for log in logs if log.exists())
            raise RuntimeError(f"Apache does not start: {said}")
        yield Apache(address, folder)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        output.close()


def free_address(host: str = "127.0.0.1") -> str:
    """``http://HOST:PORT`` of a port that nobody uses."""
    return f"http://{host}:{free_port()}"


def _answers(host: str, port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex((host, port)) == 0:
                return True
        time.sleep(0.02)
    return False
