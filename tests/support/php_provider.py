"""SimpleSAMLphp behind Apache as identity provider, Apache's mod_auth_mellon as service provider.

Both are Debian's, neither knows Python: what many companies run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.php_apache import (
    MODULES,
    PHP,
    WITH_PHP,
    Apache,
    free_address,
    serve_apache,
    server_folder,
)
from tests.support.saml_entities import KeyFiles, make_keys
from tests.support.saml_service import ledger_page

SIMPLESAMLPHP: Final = Path("/usr/share/simplesamlphp")
MELLON: Final = MODULES / "mod_auth_mellon.so"
USER: Final = "crawler"
PASSWORD: Final = "rope-and-bollard"
PAGES: Final = 30
REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

needs_simplesamlphp: Final = pytest.mark.skipif(
    not (SIMPLESAMLPHP.exists() and PHP.exists()), reason="the Debian package simplesamlphp is missing"
)
needs_mellon: Final = pytest.mark.skipif(
    not MELLON.exists(), reason="the Debian package libapache2-mod-auth-mellon is missing"
)

CONFIG: Final = """<?php
$config = [
    'baseurlpath' => '{address}/simplesaml/',
    'certdir' => '{folder}/', 'datadir' => '{folder}/', 'tempdir' => '{folder}/temp/',
    'loggingdir' => '{folder}/log/', 'logging.handler' => 'file', 'logging.logfile' => 'provider.log',
    'metadatadir' => '{folder}/metadata/',
    'secretsalt' => 'a-salt-for-tests-only', 'auth.adminpassword' => 'nobody-signs-in-here',
    'technicalcontact_name' => 'Harbour', 'technicalcontact_email' => 'na@example.org', 'timezone' => 'UTC',
    'showerrors' => true, 'errorreporting' => false,
    'logging.level' => SimpleSAML\\Logger::NOTICE,
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false, 'language.cookie.secure' => false, 'language.default' => 'en',
    'session.phpsession.cookiename' => 'SimpleSAML', 'session.phpsession.savepath' => '{folder}/sessions',
    'session.phpsession.httponly' => true,
    'store.type' => 'phpsession',
    'metadata.sources' => [['type' => 'flatfile']],
];
"""
ACCOUNTS: Final = """<?php
$config = [
    'accounts' => ['exampleauth:UserPass', '{user}:{password}' => ['uid' => ['{user}']]],
];
"""
HOSTED: Final = """<?php
$metadata['{address}/idp'] = [
    'host' => '__DEFAULT__', 'privatekey' => 'provider.key', 'certificate' => 'provider.crt',
    'auth' => 'accounts',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'SingleSignOnServiceBinding' => ['{redirect}', '{post}'],
];
"""
REMOTE: Final = """<?php
$metadata['{entity}'] = [
    'AssertionConsumerService' => '{consumer}', 'simplesaml.attributes' => true,
];
"""
PROVIDER_SITE: Final = (
    WITH_PHP
    + """
SetEnv SIMPLESAMLPHP_CONFIG_DIR {folder}/config
Alias /simplesaml /usr/share/simplesamlphp/www
<Directory "/usr/share/simplesamlphp/www">
    AcceptPathInfo On
</Directory>
php_admin_value session.save_path {folder}/sessions
php_admin_value upload_tmp_dir {folder}/temp
"""
)
PROVIDER_METADATA: Final = """<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{address}/idp">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleSignOnService Binding="{binding}" Location="{address}/simplesaml/saml2/idp/SSOService.php"/>
</IDPSSODescriptor></EntityDescriptor>
"""
SERVICE_METADATA: Final = """<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{address}/sp">
<SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<AssertionConsumerService index="0" isDefault="true" Binding="{post}"
 Location="{address}/mellon/postResponse"/>
</SPSSODescriptor></EntityDescriptor>
"""
SERVICE_SITE: Final = """
LoadModule auth_mellon_module {mellon}
LoadModule authz_user_module {modules}/mod_authz_user.so
MellonLockFile "{folder}/mellon.lock"
MellonPostDirectory "{folder}/posts"
DocumentRoot "{folder}/pages"
DirectoryIndex index.html
<Location "/">
    MellonEnable auth
    MellonVariable harbour
    MellonSecureCookie Off
    MellonUser uid
    MellonEndpointPath /mellon
    MellonSPMetadataFile "{folder}/service.xml"
    MellonSPPrivateKeyFile "{folder}/service.key"
    MellonSPCertFile "{folder}/service.crt"
    MellonIdPMetadataFile "{folder}/provider.xml"
</Location>
"""


@dataclass(frozen=True, slots=True)
class PhpProvider:
    """The running provider: `asked` of `apache` counts what came, `end_sessions` signs everyone out."""

    apache: Apache
    keys: KeyFiles

    @property
    def passwords(self) -> int:
        """How often a user name and password were submitted."""
        return self.rejected + self._log().count("successfully authenticated")

    @property
    def rejected(self) -> int:
        """How many of them its own log calls unsuccessful."""
        return self._log().count("Unsuccessful login attempt")

    def end_sessions(self) -> None:
        """Delete the session files."""
        for file in (self.apache.folder / "sessions").iterdir():
            file.unlink()

    def _log(self) -> str:
        """What it wrote while it answered; Apache's own log comes after the answer."""
        log = self.apache.folder / "log" / "provider.log"
        return log.read_text() if log.exists() else ""

    def unsolicited(self, service: str, target: str) -> str:
        """The address that begins a login here for a service (its address), which then shows `target`."""
        return (
            f"{self.apache.address}/simplesaml/saml2/idp/SSOService.php"
            f"?spentityid={service}/sp&RelayState={service}{target}"
        )


@contextmanager
def serve_php_provider(services: Mapping[str, str]) -> Iterator[PhpProvider]:
    """Run SimpleSAMLphp until the block ends.

    `services`: the entity ids of the service providers it may serve, each with its assertion consumer.
    """
    address = free_address("127.0.0.2")
    with server_folder("simplesamlphp") as folder:
        for name in ("config", "metadata", "log", "temp", "sessions"):
            (folder / name).mkdir()
        keys = make_keys(folder, "provider")
        files = {
            "config/config.php": CONFIG.format(address=address, folder=folder),
            "config/authsources.php": ACCOUNTS.format(user=USER, password=PASSWORD),
            "metadata/saml20-idp-hosted.php": HOSTED.format(address=address, redirect=REDIRECT, post=POST),
            "metadata/saml20-sp-remote.php": "".join(
                REMOTE.format(entity=entity, consumer=consumer).removeprefix("<?php\n" if number else "")
                for number, (entity, consumer) in enumerate(services.items())
            ),
        }
        for name, text in files.items():
            (folder / name).write_text(text)
        with serve_apache(address, folder, PROVIDER_SITE.format(folder=folder)) as apache:
            yield PhpProvider(apache, keys)


class MellonSite:
    """A folder of pages behind mod_auth_mellon; its sessions live in Apache's memory."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self._folder = folder
        self._running = ExitStack()

    def page(self, number: int) -> str:
        """The address of a page; 1 to 30."""
        return f"{self.address}/pages/{number}.html"

    def start(self) -> None:
        """Start Apache anew."""
        site = SERVICE_SITE.format(folder=self._folder, mellon=MELLON, modules=MODULES)
        self._running.enter_context(serve_apache(self.address, self._folder, site))

    def end_sessions(self) -> None:
        """Forget everyone who is signed in; the provider does not hear of it."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End Apache."""
        self._running.close()


@dataclass(frozen=True, slots=True)
class PhpPair:
    """SimpleSAMLphp, and the site that trusts it."""

    provider: PhpProvider
    service: MellonSite


@contextmanager
def serve_mellon_and_php(binding: str = REDIRECT) -> Iterator[PhpPair]:
    """Run both until the block ends; `binding` is how the service's requests reach the provider."""
    address = free_address()
    consumer = f"{address}/mellon/postResponse"
    with server_folder("mellon") as folder, serve_php_provider({f"{address}/sp": consumer}) as provider:
        keys = make_keys(folder, "service")
        (folder / "service.xml").write_text(
            SERVICE_METADATA.format(address=address, certificate=keys.bare_certificate, post=POST)
        )
        (folder / "provider.xml").write_text(
            PROVIDER_METADATA.format(
                address=provider.apache.address,
                certificate=provider.keys.bare_certificate,
                binding=binding,
            )
        )
        _write_pages(folder)
        (folder / "posts").mkdir()
        site = MellonSite(address, folder)
        site.start()
        try:
            yield PhpPair(provider, site)
        finally:
            site.stop()


def _write_pages(folder: Path) -> None:
    pages = folder / "pages" / "pages"
    pages.mkdir(parents=True)
    for number in range(1, PAGES + 1):
        (pages / f"{number}.html").write_text(_as_file(number))
    (folder / "pages" / "index.html").write_text(_as_file(0))
    shutil.copymode(folder, pages)


def _as_file(number: int) -> str:
    return ledger_page(number, PAGES).replace('">Ledger', '.html">Ledger')
