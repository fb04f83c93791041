"""A Kerberos realm of a test: MIT's key distribution centre on a loopback port with its files in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.handshake_server import START_SECONDS, wait_for_port
from tests.support.ports import free_port

REALM: Final = "SITELORE.TEST"
_PACKAGES: Final = {
    "krb5kdc": "krb5-kdc",
    "kdb5_util": "krb5-kdc",
    "kadmin.local": "krb5-kdc (or krb5-admin-server)",
    "kinit": "krb5-user",
}
_PATH: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
_CLIENT: Final = """
[libdefaults]
    default_realm = {realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    permitted_enctypes = aes256-cts-hmac-sha1-96
[realms]
    {realm} = {{
        kdc = 127.0.0.1:{port}
    }}
[domain_realm]
    localhost = {realm}
"""
_SERVER: Final = """
[kdcdefaults]
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
[realms]
    {realm} = {{
        database_name = {folder}/principal
        key_stash_file = {folder}/stash
        acl_file = {folder}/acl
        max_life = 10h
        default_principal_flags = +preauth
        supported_enctypes = aes256-cts-hmac-sha1-96:normal
    }}
[logging]
    kdc = FILE:{folder}/kdc.log
"""


@dataclass(frozen=True, slots=True)
class KerberosRealm:
    """A running realm. Programs that are to use it run with `environment`."""

    folder: Path
    port: int

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs; its ticket cache is empty."""
        return {
            "KRB5_CONFIG": str(self.folder / "krb5.conf"),
            "KRB5CCNAME": f"FILE:{self.folder / 'nobodys-cache'}",
            "KRB5_CLIENT_KTNAME": f"FILE:{self.folder / 'no-keytab'}",
        }

    def add_user(self, name: str, password: str, *options: str) -> None:
        """An account, such as ``eva``."""
        said = self.administer(f'addprinc {" ".join(options)} -pw "{password}" {name}@{REALM}')
        if "created" not in said:
            raise RuntimeError(said)

    def keytab(self, *principals: str) -> Path:
        """A keytab with the keys of these principals; those that are missing are made, with random keys."""
        path = self.folder / f"{'-'.join(principals).replace('/', '_')}.keytab"
        for principal in principals:
            self.administer(f"addprinc -randkey {principal}@{REALM}")  # says so where it is there already
            self.administer(f"ktadd -k {path} -norandkey {principal}@{REALM}")
        if not path.exists():
            raise RuntimeError(f"kadmin.local wrote no keytab for {principals}")
        return path

    def administer(self, query: str) -> str:
        """A query as `kadmin.local` takes it."""
        return _call("kadmin.local", "-r", REALM, "-q", query, environment=self._server)

    def kinit(self, name: str, password: str, *options: str, cache: Path) -> None:
        """Fill a ticket cache, as a person or a cron job does."""
        _call("kinit", *options, "-c", str(cache), name, environment=self.environment, typed=password)

    def log(self) -> str:
        """What the key distribution centre wrote of each request."""
        return (self.folder / "kdc.log").read_text()

    @property
    def _server(self) -> dict[str, str]:
        return {**self.environment, "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf")}


@contextmanager
def serve_realm(folder: Path) -> Iterator[KerberosRealm]:
    """Make a realm and run it until the block ends. Skips the test where Debian's packages are missing."""
    for program, package in _PACKAGES.items():
        if shutil.which(program, path=_PATH) is None:
            pytest.skip(f"{program} is missing: apt install {package}")
    realm = KerberosRealm(folder, free_port())
    settings = {"realm": REALM, "port": realm.port, "folder": folder}
    (folder / "krb5.conf").write_text(_CLIENT.format(**settings))
    (folder / "kdc.conf").write_text(_SERVER.format(**settings))
    environment = {**realm.environment, "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
    _call("kdb5_util", "create", "-s", "-r", REALM, "-P", "master", environment=environment)
    process = subprocess.Popen(
        [_found("krb5kdc"), "-n", "-r", REALM],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not wait_for_port(realm.port, process):
            raise RuntimeError(f"krb5kdc does not start: {realm.log()}")
        yield realm
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _call(program: str, *arguments: str, environment: Mapping[str, str], typed: str | None = None) -> str:
    finished = subprocess.run(
        [_found(program), *arguments],
        env={**os.environ, **environment},
        input="" if typed is None else typed + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if finished.returncode != 0:
        raise RuntimeError(f"{program}: {finished.stderr}{finished.stdout}")
    return finished.stdout + finished.stderr


def _found(program: str) -> str:
    path = shutil.which(program, path=_PATH)
    assert path is not None, program
    return path
