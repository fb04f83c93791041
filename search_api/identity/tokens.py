"""Signed tokens (RFC 7519, checked as RFC 8725 asks): whose they are, or why they are refused."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from joserfc import jwt
from joserfc.errors import JoseError

from search_api.identity.caller import Claimed
from search_api.identity.key_sets import ALGORITHMS, KeySource
from search_api.identity.refusals import UnknownCallerError

LEEWAY_SECONDS: Final = 60
"""How far the clocks of two machines may be apart."""
LONGEST_TOKEN: Final = 16_384
MOST_GROUPS: Final = 10_000
LONGEST_NAME: Final = 2_048


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must say."""

    issuer: str
    audience: str
    user_claim: str = "sub"
    groups_claim: str = "groups"


class TokenChecker:
    """Checks tokens against keys and rules."""

    def __init__(self, keys: KeySource, rules: TokenRules, clock: Callable[[], float] = time.time) -> None:
        self._keys: Final = keys
        self._rules: Final = rules
        self._clock: Final = clock

    def claimed(self, token: str) -> Claimed:
        """Who the token says asks; raises `UnknownCallerError`, or `ProviderError` without keys."""
        return claimed_by(self.claims(token), self._rules)

    def claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that is genuine, meant for us and of now."""
        claims = self._verified(token)
        _check(claims, self._rules, self._clock())
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        kid, algorithm = _header(token)
        keys = self._keys.candidates(kid, algorithm)
        if not keys:
            raise UnknownCallerError(
                "the token is signed by a key that the identity provider does not publish"
            )
        for key in keys:
            try:
                return jwt.decode(token, key, algorithms=[algorithm]).claims
            except (JoseError, ValueError, TypeError, RecursionError):
                continue
        raise UnknownCallerError("the token's signature is not right")


def claimed_by(claims: Mapping[str, Any], rules: TokenRules) -> Claimed:
    """The user and groups in checked claims; raises `UnknownCallerError` when they are not as promised."""
    user = claim_at(claims, rules.user_claim)
    if not isinstance(user, str) or not user.strip() or len(user) > LONGEST_NAME:
        raise UnknownCallerError(f"the token's claim {rules.user_claim} holds no name of a user")
    if rules.user_claim == "email" and claims.get("email_verified") in (False, "false"):
        raise UnknownCallerError("the token's address of mail was not verified: anyone can claim it")
    # A provider leaves out groups when they are too many for a token. Whoever is denied something as a
    # member of one would then read it: such a token says too little (Microsoft: "groups overage claim").
    overage = claims.get("_claim_names")
    if claims.get("hasgroups") or (isinstance(overage, dict) and rules.groups_claim in overage):
        raise UnknownCallerError("the token does not carry its user's groups, because they are too many")
    groups = claim_at(claims, rules.groups_claim)
    if isinstance(groups, str):
        groups = [groups]
    if groups is None:
        groups = []
    if not isinstance(groups, list) or len(groups) > MOST_GROUPS:
        raise UnknownCallerError(f"the token's claim {rules.groups_claim} holds no list of groups")
    if not all(isinstance(group, str) and group.strip() and len(group) <= LONGEST_NAME for group in groups):
        raise UnknownCallerError(f"the token's claim {rules.groups_claim} holds something that is no name")
    return Claimed(user, tuple(groups))


def _header(token: str) -> tuple[str | None, str]:
    """Which key and algorithm the token names, of those that may be."""
    if len(token) > LONGEST_TOKEN:
        raise UnknownCallerError(f"the token is longer than {LONGEST_TOKEN:,} characters")
    try:
        encoded = token.split(".", 1)[0]
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise UnknownCallerError("what was sent is neither a key of this service nor a token") from None
    if not isinstance(header, dict) or token.count(".") != 2:
        raise UnknownCallerError("what was sent is neither a key of this service nor a token")
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise UnknownCallerError(f"the token must be signed with one of {', '.join(ALGORITHMS)}")
    return (kid if isinstance(kid, str) else None), algorithm


def _check(claims: Mapping[str, Any], rules: TokenRules, now: float) -> None:
    expires, begins = claims.get("exp"), claims.get("nbf")
    if not is_moment(expires):
        raise UnknownCallerError("the token has no time of expiry (`exp`)")
    if expires + LEEWAY_SECONDS <= now:
        raise UnknownCallerError("the token has expired")
    if begins is not None and (not is_moment(begins) or begins - LEEWAY_SECONDS > now):
        raise UnknownCallerError("the token is not valid yet (`nbf`)")
    if claims.get("iss") != rules.issuer:
        raise UnknownCallerError("the token is of another issuer than `issuer` names")
    audience = claims.get("aud")
    if rules.audience not in (audience if isinstance(audience, list) else [audience]):
        raise UnknownCallerError("the token is meant for another service than `audience` names")


def is_moment(value: object) -> TypeGuard[float]:
    """Whether a claim is a time: seconds since 1970 (RFC 7519, section 2)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def claim_at(claims: Mapping[str, Any], path: str) -> object:
    """The claim of that very name, else what the dots of it lead to."""
    if path in claims:
        return claims[path]
    found: object = claims
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found
