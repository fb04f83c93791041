"""Makes the browser trust the certificate authorities that the connector trusts.

Chromium brings its own list of public authorities and reads neither OpenSSL's files nor `SSL_CERT_FILE`; on
Linux it adds those of the NSS database in ``$HOME/.pki/nssdb``. So it gets a home of its own with such a
database, written by the very library that it needs itself (libnss3). The certificate is not checked any less:
``--ignore-certificate-errors-spki-list`` would accept anybody who sends the authority's certificate along.

``python -m crawler.browser.trust_store FOLDER FILE…`` writes one; a process of its own, since a fault in a C
library must not end a crawl.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import ssl
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from crawler.browser.executable import BrowserError

LIBRARY: Final = "libnss3.so"
WRITE_SECONDS: Final = 30.0
_TRUSTED_FOR_SERVERS: Final = b"C,,"
_COMPANY_FOLDERS: Final = (
    "/usr/local/share/ca-certificates",  # Debian
    "/etc/pki/ca-trust/source/anchors",  # Fedora, Red Hat
    "/etc/pki/trust/anchors",  # SUSE
    "/etc/ca-certificates/trust-source/anchors",  # Arch
)


class _Item(ctypes.Structure):
    _fields_ = (("type", ctypes.c_int), ("data", ctypes.c_char_p), ("length", ctypes.c_uint))


class _Trust(ctypes.Structure):
    _fields_ = (("servers", ctypes.c_uint), ("mail", ctypes.c_uint), ("code", ctypes.c_uint))


def company_authorities(folders: Iterable[str] = _COMPANY_FOLDERS) -> list[Path]:
    """The authorities that were added to this machine; the public ones Chromium knows by itself."""
    endings = {".crt", ".pem", ".cer"}
    return sorted(
        path
        for folder in folders
        for path in Path(folder).glob("**/*")
        if path.suffix in endings and path.is_file()
    )


async def write_trust_store(home: Path, files: Sequence[Path]) -> None:
    """Write the database into a browser's home folder. Raises `BrowserError`."""
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    arguments = (sys.executable, "-m", __name__, str(folder), *map(str, files))
    process = await asyncio.create_subprocess_exec(
        *arguments, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env=_environment()
    )
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            _, said = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode != 0:
        words = said.decode(errors="replace").strip().splitlines()
        raise BrowserError(
            f"the browser cannot be made to trust `tls.ca_file`: {words[-1] if words else 'it crashed'}"
        )


def _environment() -> dict[str, str]:
    """Where Python's modules are, and no secret."""
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": os.pathsep.join(sys.path)}


def certificates_in(path: Path) -> list[bytes]:
    """The authorities of a file (PEM or DER), as DER. Raises `OSError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    content = path.read_bytes()
    context.load_verify_locations(cadata=content.decode() if b"-----BEGIN" in content else content)
    return context.get_ca_certs(binary_form=True)


class _Nss:
    """The few functions of NSS that a database is made with."""

    def __init__(self) -> None:
        self._nss = ctypes.CDLL(LIBRARY)
        pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        self._declare("NSS_InitReadWrite", number, text)
        self._declare("PK11_GetInternalKeySlot", pointer)
        self._declare("PK11_InitPin", number, pointer, text, text)
        self._declare("CERT_GetDefaultCertDB", pointer)
        self._declare(
            "CERT_NewTempCertificate", pointer, pointer, ctypes.POINTER(_Item), text, number, number
        )
        self._declare("PK11_ImportCert", number, pointer, pointer, ctypes.c_ulong, text, number)
        self._declare("CERT_DecodeTrustString", number, ctypes.POINTER(_Trust), text)
        self._declare("CERT_ChangeCertTrust", number, pointer, pointer, ctypes.POINTER(_Trust))
        self._declare("CERT_DestroyCertificate", None, pointer)
        self._declare("PK11_FreeSlot", None, pointer)
        self._declare("NSS_Shutdown", number)

    def _declare(self, name: str, result: type | None, *arguments: type) -> None:
        function = getattr(self._nss, name)
        function.restype = result
        function.argtypes = arguments

    def write(self, folder: Path, certificates: Sequence[bytes]) -> None:
        """Make a database without a password and trust the authorities for servers."""
        nss = self._nss
        _must("open the database", nss.NSS_InitReadWrite(f"sql:{folder}".encode()))
        slot = nss.PK11_GetInternalKeySlot()
        _must("set its empty password", nss.PK11_InitPin(slot, None, b""))
        database = nss.CERT_GetDefaultCertDB()
        trust = _Trust()
        _must("say what is trusted", nss.CERT_DecodeTrustString(trust, _TRUSTED_FOR_SERVERS))
        for number, der in enumerate(certificates):
            item = _Item(0, der, len(der))
            certificate = nss.CERT_NewTempCertificate(database, item, None, 0, 1)
            if certificate is None:
                raise OSError("NSS does not read one of the certificates")
            name = f"authority {number}".encode()
            _must("store a certificate", nss.PK11_ImportCert(slot, certificate, 0, name, 0))
            _must("trust a certificate", nss.CERT_ChangeCertTrust(database, certificate, trust))
            nss.CERT_DestroyCertificate(certificate)
        nss.PK11_FreeSlot(slot)
        _must("close the database", nss.NSS_Shutdown())


def _must(what: str, status: int) -> None:
    if status != 0:
        raise OSError(f"NSS cannot {what}")


def main(folder: str, *files: str) -> None:
    """Write a database into a folder that is there."""
    try:
        certificates = dict.fromkeys(der for file in files for der in certificates_in(Path(file)))
        _Nss().write(Path(folder), list(certificates))
    except OSError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
