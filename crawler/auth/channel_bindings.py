"""Channel bindings: what ties a login to the TLS connection that it was made on (RFC 5929, RFC 5056).

A server with extended protection accepts NTLM and Kerberos only with them, so that nobody in the middle can
pass a handshake on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

_WEAK: Final = (hashes.MD5, hashes.SHA1)
_PREFIX: Final = b"tls-server-end-point:"


def bindings_of(certificate: bytes | None) -> GssChannelBindings | None:
    """The bindings ``tls-server-end-point`` of a server's certificate (DER); None without TLS."""
    digest = None if certificate is None else end_point(certificate)
    return None if digest is None else GssChannelBindings(application_data=_PREFIX + digest)


@lru_cache(maxsize=256)
def end_point(certificate: bytes) -> bytes | None:
    """The certificate's hash by its signature's algorithm, SHA-256 instead of MD5 and SHA-1 (section 4.1).

    None where the signature's hash is not known: the RFC defines none then, and a wrong one would be refused.
    """
    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    if algorithm is None or isinstance(algorithm, _WEAK):
        algorithm = hashes.SHA256()  # Ed25519 has no separate hash: what OpenSSL and Windows do
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return digest.finalize()
