"""Which hash of a certificate binds a login to its TLS connection (RFC 5929 section 4.1)."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from crawler.auth.channel_bindings import bindings_of

SIGNED_BY_SHA_1 = """
MIIBezCCASKgAwIBAgIUJykbpmSRkFBBiUiFR9gg7Uy/ZrcwCQYHKoZIzj0EATAUMRIwEAYDVQQDDAl3aWtpLnRlc3QwHhcNMjYx
MTI1MTczMjE4WhcNMzYxMTIyMTczMjE4WjAUMRIwEAYDVQQDDAl3aWtpLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASd
yBFWM386G/+GgRDbTOF4IzJE3+2MsVD9FrGNlPaf4KrK5Zvy9fnRoDRWf85jS36clsMjAoAzKyeTUjcKgYMfo1MwUTAdBgNVHQ4E
FgQUrrunsg95VBF1DQmPHgkMBfyPegEwHwYDVR0jBBgwFoAUrrunsg95VBF1DQmPHgkMBfyPegEwDwYDVR0TAQH/BAUwAwEB/zAJ
BgcqhkjOPQQBA0gAMEUCIQC2pXQU7ki7S4PgHXvNyMNlJA2csfrDE6GL7CStGrT+EgIgbCAQkOqaCxJUpvdL2Q2ZBavSpE2YoSsA
17+jx+A4irM=
"""
"""Made by ``openssl req -x509 -sha1``: libraries of today refuse to."""

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def certificate(key: Key, signed_with: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wiki.test")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, signed_with)
        .public_bytes(Encoding.DER)
    )


@pytest.mark.parametrize(
    ("signed_with", "expected"),
    [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")],
)
def test_it_is_the_hash_of_the_certificate_s_own_signature(
    signed_with: hashes.SHA256 | hashes.SHA384 | hashes.SHA512, expected: str
) -> None:
    shown = certificate(ec.generate_private_key(ec.SECP256R1()), signed_with)
    bindings = bindings_of(shown)
    assert bindings is not None
    assert bindings.application_data == b"tls-server-end-point:" + hashlib.new(expected, shown).digest()


def test_a_signature_without_a_hash_of_its_own_gets_sha_256() -> None:
    shown = certificate(ed25519.Ed25519PrivateKey.generate(), None)
    bindings = bindings_of(shown)
    assert bindings is not None
    assert bindings.application_data == b"tls-server-end-point:" + hashlib.sha256(shown).digest()


def test_an_old_signature_by_sha_1_gets_sha_256() -> None:
    shown = base64.b64decode(SIGNED_BY_SHA_1)
    bindings = bindings_of(shown)
    assert bindings is not None
    assert bindings.application_data == b"tls-server-end-point:" + hashlib.sha256(shown).digest()


def test_a_connection_in_clear_has_none() -> None:
    assert bindings_of(None) is None
