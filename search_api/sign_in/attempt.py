"""Someone on the way to the identity provider and back: what only the same browser can bring along."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Final

import ada_url
import orjson

from catalog.vault import Purpose, Vault

LIFETIME: Final = timedelta(minutes=10)
"""How long someone may take to sign in at the provider."""
_LONGEST_PATH: Final = 1_500
"""Characters: a cookie holds 4,096 bytes."""
_SOMEWHERE: Final = "https://this.invalid"


def _random() -> str:
    """256 random bits; 43 characters, as many as PKCE asks for at least (RFC 7636, section 4.1)."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in. `begun`: seconds since 1970."""

    redirect_uri: str
    next_path: str
    begun: float
    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=_random)

    def sealed(self, vault: Vault) -> str:
        """The attempt as a cookie's value: readable and makeable by this service alone."""
        return vault.seal(orjson.dumps(asdict(self)), Purpose.SIGN_IN_ATTEMPTS).decode()


def unsealed(cookie: str, vault: Vault) -> Attempt | None:
    """The attempt of a cookie; None when it is none of ours, or too old."""
    told = vault.unseal(cookie.encode("utf-8", "surrogatepass"), Purpose.SIGN_IN_ATTEMPTS, LIFETIME)
    return None if told is None else Attempt(**orjson.loads(told))


def local_path(text: str) -> str:
    """Where to go on after signing in: a path on this service; `/` for anything that leads elsewhere.

    Decided as browsers do (WHATWG URL standard): `//host`, `/\\host`, `/.//host` and a tab within lead
    elsewhere, too.
    """
    if not text.startswith("/"):
        return "/"
    try:
        url = ada_url.URL(text, base=_SOMEWHERE)
    except ValueError:
        return "/"
    path = f"{url.pathname}{url.search}"
    is_here = url.origin == _SOMEWHERE and not path.startswith("//")
    return path if is_here and len(path) <= _LONGEST_PATH else "/"
