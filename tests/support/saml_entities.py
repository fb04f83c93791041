"""The two sides of SAML by pysaml2 (and Debian's xmlsec1): keys, metadata, what each knows of the other."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.utils import CryptographyDeprecationWarning

with warnings.catch_warnings():
    # pysaml2 names a cipher (CFB, for cookies that nobody here uses) by its old place.
    warnings.filterwarnings("ignore", "CFB has been moved", CryptographyDeprecationWarning)
    from saml2.client import Saml2Client
    from saml2.config import IdPConfig, SPConfig
    from saml2.metadata import entity_descriptor
    from saml2.server import Server

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT

__all__ = [
    "BINDING_HTTP_POST",
    "BINDING_HTTP_REDIRECT",
    "Saml2Client",
    "Server",
    "needs_xmlsec1",
]

XMLSEC1: Final = shutil.which("xmlsec1")
UNSPECIFIED_NAME: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
ATTRIBUTES_BY_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

needs_xmlsec1: Final = pytest.mark.skipif(XMLSEC1 is None, reason="the Debian package xmlsec1 is missing")
"""Skips a test, and says why, where SAML messages cannot be signed."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A private key and its self-signed certificate, both PEM."""

    key: Path
    certificate: Path

    @property
    def bare_certificate(self) -> str:
        """The certificate as SAML metadata holds it: Base64 without the lines around it."""
        return "".join(self.certificate.read_text(encoding="ascii").splitlines()[1:-1])


def make_keys(folder: Path, name: str) -> KeyFiles:
    """A fresh key with a certificate of a day."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=1),
    )
    files = KeyFiles(folder / f"{name}.key", folder / f"{name}.crt")
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files.certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return files


def provider_description(address: str, keys: KeyFiles) -> dict[str, Any]:
    """pysaml2's configuration of an identity provider at `address`; it signs response and assertion."""
    return {
        **_common(address, keys),
        "service": {
            "idp": {
                "name": "Harbour identity provider",
                "endpoints": {
                    "single_sign_on_service": [
                        (f"{address}/sso", BINDING_HTTP_REDIRECT),
                        (f"{address}/sso", BINDING_HTTP_POST),
                    ]
                },
                "sign_response": True,
                "sign_assertion": True,
                "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": ATTRIBUTES_BY_URI}},
                "name_id_format": [UNSPECIFIED_NAME],
            }
        },
    }


def service_description(address: str, keys: KeyFiles) -> dict[str, Any]:
    """pysaml2's configuration of a service provider at `address`; it wants response and assertion signed."""
    return {
        **_common(address, keys),
        "service": {
            "sp": {
                "name": "Harbour ledger",
                "endpoints": {"assertion_consumer_service": [(f"{address}/saml/acs", BINDING_HTTP_POST)]},
                "allow_unsolicited": True,
                "authn_requests_signed": False,
                "want_response_signed": True,
                "want_assertions_signed": True,
                "name_id_policy_format": UNSPECIFIED_NAME,
            }
        },
    }


def provider_entity(description: Mapping[str, Any], *known: str) -> Server:
    """The identity provider, which knows the service providers whose metadata is given."""
    return Server(config=IdPConfig().load({**description, "metadata": {"inline": list(known)}}))


def service_entity(description: Mapping[str, Any], *known: str) -> Saml2Client:
    """The service provider, which trusts the identity providers whose metadata is given."""
    return Saml2Client(config=SPConfig().load({**description, "metadata": {"inline": list(known)}}))


def metadata(description: Mapping[str, Any]) -> str:
    """What the other side must know, as XML."""
    kind = IdPConfig if "idp" in description["service"] else SPConfig
    return str(entity_descriptor(kind().load(dict(description))))


def _common(address: str, keys: KeyFiles) -> dict[str, Any]:
    return {
        "entityid": f"{address}/metadata",
        "xmlsec_binary": XMLSEC1,
        "key_file": str(keys.key),
        "cert_file": str(keys.certificate),
        "allow_unknown_attributes": True,
    }
