"""Debian's Apache with mod_ssl, which asks for a client's certificate late, and at one path only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from tests.support.certificates import Authority
from tests.support.php_apache import MODULES, Apache, free_address, serve_apache, server_folder

_SITE: Final = """
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule http2_module {modules}/mod_http2.so
Protocols h2 http/1.1
SSLSessionCache "shmcb:{folder}/sessions(512000)"
SSLEngine on
SSLProtocol {protocol}
SSLCertificateFile "{folder}/server.crt"
SSLCertificateKeyFile "{folder}/server.key"
SSLCACertificateFile "{folder}/authority.pem"
DocumentRoot "{folder}/pages"
FallbackResource /page.html
<Location "/members">
    SSLVerifyClient require
    SSLVerifyDepth 1
</Location>
"""


@dataclass(frozen=True, slots=True)
class CertifiedApache:
    """A running Apache. Any path is a page; those below ``/members`` want a certificate."""

    apache: Apache

    @property
    def origin(self) -> str:
        return self.apache.address.replace("http://", "https://")

    def url(self, target: str) -> str:
        return self.origin + target


@contextmanager
def serve_members(authority: Authority, protocol: str) -> Iterator[CertifiedApache]:
    """Run Apache until the block ends; `protocol` is ``TLSv1.2`` or ``TLSv1.3``."""
    if shutil.which("apache2", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("apache2 is missing: apt install apache2")
    with server_folder("certified") as folder:
        (folder / "pages").mkdir()
        (folder / "pages" / "page.html").write_text("<!doctype html><title>Members</title><p>Come in.")
        certificate, key = authority.sign("server")
        shutil.copyfile(certificate, folder / "server.crt")
        shutil.copyfile(key, folder / "server.key")
        shutil.copyfile(authority.file, folder / "authority.pem")
        site = _SITE.format(folder=folder, modules=MODULES, protocol=protocol)
        with serve_apache(free_address(), folder, site) as apache:
            yield CertifiedApache(apache)
