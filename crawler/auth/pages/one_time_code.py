"""One-time codes (RFC 6238) from the key of an account's second factor."""

from __future__ import annotations

import time

import pyotp

PERIOD_SECONDS = 30


class _AnyLength(pyotp.TOTP):
    """Keys as they are: many services give 80 bits, as Google Authenticator once did."""

    min_secret_length_bits = 0


def code_of_now(key: str) -> str:
    """The code of six digits for this moment; `key` in Base32, spaces and case do not matter."""
    return _AnyLength("".join(key.split()).rstrip("=")).now()


def seconds_to_the_next() -> float:
    """How long the code of now is the same still."""
    return PERIOD_SECONDS - time.time() % PERIOD_SECONDS
