"""The key of this installation: what must stay secret is kept encrypted by it, rejected credentials as a
keyed hash.

Whoever reads the catalog without the key learns neither a cookie nor whether a guessed password was once
rejected.
"""

from __future__ import annotations

import base64
import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from catalog.durable import sync_folder
from catalog.errors import CatalogError

KEY_VARIABLE: Final = "SITELORE_KEY"
KEY_FILE: Final = "sitelore.key"
KEY_BYTES: Final = 32


class Purpose(StrEnum):
    """What something is sealed for: what was sealed for one is nothing for another."""

    SESSIONS = "sessions"
    """Logins of the crawler at sites."""
    KEY_SECRETS = "secrets of API keys"
    """Secrets that programs sign their requests with."""
    SIGN_INS = "sign-ins"
    """People who signed in on the search page."""
    SIGN_IN_ATTEMPTS = "sign-in attempts"
    """People on their way to the identity provider and back."""
    WEBHOOKS = "webhooks"
    """Where saved searches tell what they found."""


class Vault:
    """Encrypts what must stay secret, and marks credentials; its repr shows nothing."""

    def __init__(self, key: bytes) -> None:
        self._sealing = {
            purpose: Fernet(base64.urlsafe_b64encode(_derived(key, purpose.encode()))) for purpose in Purpose
        }
        self._marking = _derived(key, b"rejected credentials")

    @classmethod
    def open(cls, directory: Path, environment: Mapping[str, str] = os.environ) -> Vault:
        """The vault of the key in `SITELORE_KEY`, else of the key file in the store's directory.

        The file is made when it is not there, readable by its owner alone. Raises `CatalogError` for a key
        that is none, or a file that others can read.
        """
        given = environment.get(KEY_VARIABLE)
        if given:
            return cls(_parse(given, f"the environment variable {KEY_VARIABLE}"))
        return cls(_of_file(directory / KEY_FILE))

    def seal(self, state: bytes, purpose: Purpose) -> bytes:
        """The state, encrypted and authenticated (Fernet: AES-128-CBC with HMAC-SHA-256), in ASCII."""
        return self._sealing[purpose].encrypt(state)

    def unseal(self, sealed: bytes, purpose: Purpose, oldest: timedelta | None = None) -> bytes | None:
        """What `seal` was given; None when another key or purpose sealed it, or when it is older."""
        try:
            seconds = None if oldest is None else int(oldest.total_seconds())
            return self._sealing[purpose].decrypt(sealed, seconds)
        except InvalidToken:
            return None

    def mark(self, secrets: Sequence[str]) -> str:
        """64 hex digits that are the same for the same secrets and tell nothing of them."""
        keyed = hmac.HMAC(self._marking, hashes.SHA256())
        for secret in secrets:
            encoded = secret.encode()
            keyed.update(len(encoded).to_bytes(8, "big") + encoded)
        return keyed.finalize().hex()

    def __repr__(self) -> str:
        return "Vault()"


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key of its own for each purpose (RFC 5869)."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"sitelore " + purpose).derive(key)


def _parse(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except ValueError:  # binascii.Error is one
        key = b""
    if len(key) != KEY_BYTES:
        raise CatalogError(
            f"{where} is no key: it must be {KEY_BYTES} random bytes in Base64; make one with "
            "`openssl rand -base64 32`"
        )
    return key


def _of_file(path: Path) -> bytes:
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise CatalogError(f"the key file {path} cannot be made: {error.strerror}") from error
    return _read(path)


def _make(path: Path) -> None:
    """The file appears whole or not at all, and the first of two processes wins."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as file:  # made with 0600
        file.write(base64.urlsafe_b64encode(os.urandom(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
            sync_folder(path.parent)  # without it nothing that was sealed can be read again


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise CatalogError(f"the key file {path} cannot be read: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CatalogError(f"the key file {path} can be read by others: run `chmod 600 {path}`")
    return _parse(text, f"the key file {path}")
