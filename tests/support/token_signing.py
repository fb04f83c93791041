"""An identity provider's keys: signs tokens as one does, and as an attacker would."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ISSUER = "https://id.example.com/"
AUDIENCE = "sitelore"


def _key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"}, auto_kid=False)


@dataclass
class Signer:
    """Signs for one issuer. `key` may be replaced, as providers do from time to time."""

    key: Any = field(default_factory=_key)
    algorithm: str = "ES256"
    issuer: str = ISSUER
    audience: str = AUDIENCE

    def key_set(self) -> bytes:
        """The public key as it is published."""
        return json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()

    def claims(self, user: str = "eva", **changes: Any) -> dict[str, Any]:
        """Claims that are right, but for the changes; None takes one away."""
        now = int(time.time())
        right = {"iss": self.issuer, "aud": self.audience, "sub": user, "iat": now, "exp": now + 600}
        return {name: value for name, value in (right | changes).items() if value is not None}

    def token(self, user: str = "eva", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token, signed."""
        told = {"alg": self.algorithm, "kid": self.key.kid} | (header or {})
        return jwt.encode(told, self.claims(user, **changes), self.key, algorithms=[told["alg"]])


def rsa_signer() -> Signer:
    """One that signs with RSA."""
    key = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}, auto_kid=False)
    return Signer(key, "RS256")
