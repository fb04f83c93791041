"""Debian's Apache behind HTTP Basic or Digest: one account, whose password differs by realm."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.php_apache import Apache, free_address, serve_apache, server_folder

USER: Final = "käthe"
PASSWORD: Final = 'schlüssel:für/alles \\ "wichtige"'
REALM: Final = "Docks, north"
OTHER_REALM: Final = "Docks, south"
FAILURES: Final = ("Password Mismatch", "password mismatch", "not found")
"""What Apache writes to its error log, before it answers, of each attempt that fails."""

_COMMON: Final = """
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authn_file_module {modules}/mod_authn_file.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule auth_{kind}_module {modules}/mod_auth_{kind}.so
LogLevel warn
DocumentRoot "{folder}/pages"
FallbackResource /page.html
<Location "/">
    {north}
    Require valid-user
</Location>
<Location "/south">
    {south}
</Location>
<Location "/open">
    Require all granted
</Location>
<Location "/denied">
    Require user nobody-at-all
</Location>
"""
_BASIC: Final = """AuthType Basic
    AuthName "{realm}"
    AuthBasicProvider file
    AuthUserFile "{users}" """
_DIGEST: Final = """AuthType Digest
    AuthName "{realm}"
    AuthDigestProvider file
    AuthUserFile "{users}"
    AuthDigestNonceLifetime {nonce_seconds}"""


@dataclass(frozen=True, slots=True)
class ChallengingApache:
    """A running Apache. Any path is a page; ``/open/all.html`` for all, ``/denied…`` for nobody."""

    apache: Apache

    @property
    def origin(self) -> str:
        return self.apache.address

    def url(self, target: str = "/") -> str:
        return self.origin + target

    def rejected(self) -> int:
        """How many attempts with a wrong password there were."""
        lines = (self.apache.folder / "error.log").read_text(errors="replace").splitlines()
        return sum(any(failure in line for failure in FAILURES) for line in lines)


@contextmanager
def serve_challenges(kind: str, nonce_seconds: int = 300) -> Iterator[ChallengingApache]:
    """Run Apache with ``basic`` or ``digest`` until the block ends. Skips the test where it is missing."""
    if shutil.which("apache2", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("apache2 is missing: apt install apache2")
    with server_folder(kind) as folder:
        (folder / "pages" / "open").mkdir(parents=True)
        (folder / "pages" / "open" / "all.html").write_text("<!doctype html><title>Tides</title><p>High.")
        (folder / "pages" / "page.html").write_text("<!doctype html><title>Berths</title><p>Full.")
        parts = [
            _section(kind, folder / "north", REALM, PASSWORD, nonce_seconds),
            _section(kind, folder / "south", OTHER_REALM, "another", nonce_seconds),
        ]
        modules = "/usr/lib/apache2/modules"
        site = _COMMON.format(folder=folder, modules=modules, kind=kind, north=parts[0], south=parts[1])
        with serve_apache(free_address(), folder, site) as apache:
            yield ChallengingApache(apache)


def _section(kind: str, users: Path, realm: str, password: str, nonce_seconds: int) -> str:
    if kind == "basic":
        made = subprocess.run(
            ["htpasswd", "-nbB", "-C", "4", USER, password], capture_output=True, text=True, check=True
        )
        users.write_text(made.stdout.strip() + "\n")
        return _BASIC.format(realm=realm, users=users)
    digest = hashlib.md5(f"{USER}:{realm}:{password}".encode()).hexdigest()
    users.write_text(f"{USER}:{realm}:{digest}\n")
    return _DIGEST.format(realm=realm, users=users, nonce_seconds=nonce_seconds)
