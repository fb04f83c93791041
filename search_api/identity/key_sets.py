"""The public keys that tokens are checked with: from a file or an address, kept for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from search_api.identity.published import Published, fetch
from search_api.identity.refusals import ProviderError

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA",
)  # fmt: skip
"""Signatures by a private key alone (RFC 7518 section 3, RFC 8037, RFC 9864). Neither `none` nor a shared
secret: with HS256 a public key would be the secret (CVE-2015-9235)."""

_LASTING_SECONDS: Final = 3_600.0
_PAUSE_SECONDS: Final = 30.0
"""A key that is not known is looked for again, but not more often than this."""


class KeySource:
    """Keys by their `kid`, read by `read` when they are old or one is missing; for any thread."""

    def __init__(self, read: Callable[[], bytes], clock: Callable[[], float] = time.monotonic) -> None:
        self._published: Final = Published(lambda: parse_keys(read()), clock)

    def candidates(self, kid: str | None, algorithm: str) -> tuple[Any, ...]:
        """The keys that may have signed: with that id (all where none is named), and fit for the algorithm.

        Raises `ProviderError` when keys were never read and cannot be.
        """
        found = self._fitting(kid, algorithm, _LASTING_SECONDS)
        return found or self._fitting(kid, algorithm, _PAUSE_SECONDS)

    def _fitting(self, kid: str | None, algorithm: str, oldest: float) -> tuple[Any, ...]:
        keys = self._published.current(oldest)
        return tuple(key for key in keys if (kid is None or key.kid == kid) and _fits(key, algorithm))


def parse_keys(document: bytes) -> tuple[Any, ...]:
    """The public signing keys of a JSON Web Key Set (RFC 7517); others in it are passed over.

    Raises `ProviderError` when it is none.
    """
    try:
        told = json.loads(document)
        entries = [entry for entry in told["keys"] if isinstance(entry, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProviderError("the identity provider's keys are no JSON Web Key Set") from None
    keys = []
    for entry in entries:
        if _may_sign(entry):
            try:
                keys += KeySet.import_key_set({"keys": [entry]}).keys
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # of a curve or kind that signs nothing we accept
    return tuple(keys)


def _may_sign(entry: Mapping[str, Any]) -> bool:
    """Shared secrets (`oct`) are never keys here, nor what was published for encryption."""
    if entry.get("kty") == "OKP":
        return entry.get("crv") in ("Ed25519", "Ed448") and entry.get("use", "sig") == "sig"
    return entry.get("kty") in ("RSA", "EC") and entry.get("use", "sig") == "sig"


def of_file(path: Path) -> Callable[[], bytes]:
    """Reads a file of keys."""

    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise ProviderError(f"`jwks_file` {path} cannot be read: {error.strerror}") from error

    return read


def of_address(url: str) -> Callable[[], bytes]:
    """Fetches the keys."""
    return lambda: fetch(url)


def _fits(key: Any, algorithm: str) -> bool:
    """Whether a key of this kind makes such signatures, and was not published for another."""
    stated = key.as_dict(private=False).get("alg")
    if stated is not None and stated != algorithm:
        return False
    match algorithm[:2]:
        case "RS" | "PS":
            return isinstance(key, RSAKey)
        case "ES":
            return isinstance(key, ECKey)
        case _:
            return isinstance(key, OKPKey)
