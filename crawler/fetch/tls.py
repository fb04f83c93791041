"""Which certificates are accepted of whom, and which one is shown to whom: a TLS context for each origin."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from settings.proxy import TlsSettings

HTTP_1: Final = ("http/1.1",)
HTTP_2: Final = ("h2", "http/1.1")


class CertificateError(OSError):
    """A certificate or key cannot be used; the sentence names the setting and the file."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Files (PEM) that show who we are. `key` is None where it stands in the certificate's file."""

    certificate: Path
    key: Path | None = None

    @property
    def key_setting(self) -> str:
        """The setting that names the key, and its file."""
        if self.key is None:
            return f"`auth.certificate` {self.certificate}"
        return f"`auth.key` {self.key}"

    def check(self) -> bytes:
        """The certificate's file. Raises `CertificateError` unless certificate and key can be used."""
        self.put_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return self.certificate.read_bytes()

    def put_into(self, context: ssl.SSLContext) -> None:
        """Have the context show the certificate. Raises `CertificateError`."""
        for name, path in (("auth.certificate", self.certificate), ("auth.key", self.key)):
            if path is not None:
                _check_readable(name, path)
        try:
            context.load_cert_chain(self.certificate, self.key, self._ask_nobody)
        except CertificateError:
            raise
        except ssl.SSLError as error:
            raise CertificateError(self._why_not(error)) from error

    def _ask_nobody(self) -> NoReturn:
        """Instead of OpenSSL's question for a passphrase on the terminal."""
        raise CertificateError(
            f"{self.key_setting}: the key is encrypted; "
            "write it in clear (`openssl pkey -in KEY -out NEW`) and let nobody else read the file"
        )

    def _why_not(self, error: ssl.SSLError) -> str:
        if error.reason == "KEY_VALUES_MISMATCH":
            return f"{self.key_setting}: the key does not belong to the certificate"
        if self.key is None:
            return (
                f"`auth.certificate` {self.certificate}: must hold a certificate (PEM) and its key; "
                "name the key's file as `auth.key` if it stands elsewhere"
            )
        return f"`auth.certificate` {self.certificate} and {self.key_setting}: must hold PEM"


@dataclass(frozen=True, slots=True)
class TlsContexts:
    """The TLS settings of a connector. Origins (``https://wiki.example.com``) that are not named have the
    usual ones; the `proxy`'s offer HTTP/1.1 alone, and never a client's certificate.
    """

    usual: ssl.SSLContext
    proxy: ssl.SSLContext
    by_origin: Mapping[str, ssl.SSLContext] = field(default_factory=dict)

    @classmethod
    def for_settings(
        cls,
        settings: TlsSettings,
        *,
        http1_origins: Collection[str] = (),
        client_certificates: Mapping[str, ClientCertificate] | None = None,
    ) -> TlsContexts:
        """What `connectors[].tls` says. Raises `CertificateError` before anything is sent or written.

        `http1_origins` are not offered HTTP/2: their logins authenticate a connection (NTLM, Negotiate).
        Origins with a client's certificate are not either: servers that ask for it late, for one path, can
        do so over HTTP/1.1 only (RFC 8740).
        """
        certificates = client_certificates or {}
        http1 = _context(settings, HTTP_1)
        by_origin = dict.fromkeys(http1_origins, http1)
        made: dict[ClientCertificate, ssl.SSLContext] = {}
        for origin, certificate in certificates.items():
            if certificate not in made:
                made[certificate] = _context_showing(certificate, settings)
            by_origin[origin] = made[certificate]
        return cls(_context(settings, HTTP_2), http1, by_origin)

    def for_origin(self, origin: str) -> ssl.SSLContext:
        """The context of an https origin."""
        return self.by_origin.get(origin, self.usual)


def tls_context(
    ca_file: str | None = None, *, verify: bool = True, protocols: Collection[str] = HTTP_2
) -> ssl.SSLContext:
    """The TLS settings of a connector: the system's authorities and those of `ca_file`, HTTP/2 preferred.

    Raises `OSError` (`ssl.SSLError` too) where `ca_file` cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context


def _context(settings: TlsSettings, protocols: Collection[str]) -> ssl.SSLContext:
    ca_file = None if settings.ca_file is None else str(settings.ca_file)
    try:
        return tls_context(ca_file, verify=settings.verify, protocols=protocols)
    except OSError as error:  # ssl.SSLError is one
        raise CertificateError(f"`tls.ca_file` {ca_file}: {_words_of(error)}") from error


def _context_showing(certificate: ClientCertificate, settings: TlsSettings) -> ssl.SSLContext:
    context = _context(settings, HTTP_1)
    context.post_handshake_auth = True
    certificate.put_into(context)
    return context


def _check_readable(name: str, path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise CertificateError(f"`{name}` {path}: {_words_of(error)}") from error


def _words_of(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "holds no certificate (PEM)"
    return error.strerror or str(error)
