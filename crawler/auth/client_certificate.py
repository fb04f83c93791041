"""TLS client certificates: shown in the handshake by the connector's network, to the login's origins alone.

The scheme sends nothing of its own; it asks for a page to see whether the certificate opens it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from catalog.canonical_url import WebAddress
from catalog.vocabulary import Reason
from crawler.auth.header_logins import HeaderLogin
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.scheme import Note, Web
from crawler.fetch.answer import Answer
from crawler.fetch.tls import ClientCertificate
from crawler.outcome import Failed, Refused

_ALERTS: Final = ("certificate", "unknown ca", "access denied", "handshake failure", "decrypt error")
"""Words of the TLS alerts by which servers turn a client's certificate down (RFC 8446 section 6.2)."""
_REFUSALS: Final = frozenset({401, 403, 495, 496})
"""495 and 496 are nginx's: the certificate is not accepted, none was sent."""
_NGINX_REFUSALS: Final = (b"SSL certificate error", b"No required SSL certificate")
"""What nginx writes on the 400 by which it answers both."""


class ClientCertificateScheme:
    """One certificate and key (PEM files). Raises `CertificateError` where they cannot be used."""

    kind = "client_certificate"
    authenticates_connections = False
    fault: LoginFault | None = None

    def __init__(
        self,
        certificate: Path,
        key: Path | None = None,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.origins = frozenset(origins)
        self.auth = HeaderLogin(headers or {})
        self._probe = probe
        pem = ClientCertificate(certificate, key).check()
        self._path = certificate
        self._ends = x509.load_pem_x509_certificate(pem).not_valid_after_utc
        self._fingerprint = hashlib.sha256(pem).hexdigest()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The certificate's hash: another one is another attempt."""
        return (self._fingerprint,)

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Ask for the probe page, which the certificate must open."""
        if self.fault is not None:
            return self.fault
        if self.is_stale():
            self.fault = self._rejection(f"it ended on {self._ends:%Y-%m-%d}")
            return self.fault
        answer = await web.ask(self._probe, auth=self.auth)
        seen = _refusal(answer)
        if isinstance(answer, Answer):
            note(LoginStep(f"asked with the client certificate: answered {answer.status}", self._probe.url))
        if seen is not None:
            self.fault = self._rejection(seen)
        elif not isinstance(answer, Answer):
            return LoginFault(LoginFaultKind.UNREACHABLE, f"the login could not be tried: {answer.detail}")
        return self.fault

    def is_stale(self) -> bool:
        """Whether the certificate's time is over."""
        return datetime.now(UTC) > self._ends

    def dump(self) -> bytes | None:
        """Nothing is kept."""
        return None

    def load(self, state: bytes) -> bool:  # noqa: ARG002 - other schemes have states
        """Nothing was kept."""
        return False

    def _rejection(self, seen: str) -> LoginFault:
        return LoginFault(
            LoginFaultKind.REJECTED,
            f"{self._probe.origin} does not accept the client certificate {self._path} ({seen}): "
            "have it or its authority admitted there, or correct `auth.certificate`",
        )

    def __repr__(self) -> str:
        return f"ClientCertificateScheme({str(self._path)!r}, origins={sorted(self.origins)})"


def _refusal(answer: Answer | Failed | Refused) -> str | None:
    """How the certificate was turned down: by TLS or by an answer; None where it was not."""
    if isinstance(answer, Answer):
        by_nginx = answer.status == 400 and any(words in answer.body for words in _NGINX_REFUSALS)
        return f"it answered {answer.status}" if by_nginx or answer.status in _REFUSALS else None
    alert = answer.detail.rpartition(": ")[2]
    if answer.reason is Reason.TLS_FAILED and "alert" in alert and any(word in alert for word in _ALERTS):
        return alert
    return None
