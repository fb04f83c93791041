"""ID tokens: what must be right besides the signature, the issuer, the audience and the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search_api.identity.refusals import UnknownCallerError
from search_api.identity.tokens import LEEWAY_SECONDS, is_moment
from search_api.sign_in.attempt import Attempt


def check_id_token(claims: Mapping[str, Any], attempt: Attempt, client_id: str, now: float) -> None:
    """Whether a genuine token answers this very attempt (OpenID Connect Core 1.0, section 3.1.3.7).

    Raises `UnknownCallerError`.
    """
    if claims.get("nonce") != attempt.nonce:
        raise UnknownCallerError("the token answers another sign-in (`nonce`)")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise UnknownCallerError("the token names nobody (`sub`)")
    audience, party = claims.get("aud"), claims.get("azp")
    if party is None and isinstance(audience, list) and len(audience) > 1:
        raise UnknownCallerError("the token is meant for several services and does not say for whom (`azp`)")
    if party is not None and party != client_id:
        raise UnknownCallerError("the token was issued to another service (`azp`)")
    issued = claims.get("iat")
    if not is_moment(issued):
        raise UnknownCallerError("the token does not say when it was issued (`iat`)")
    if issued > now + LEEWAY_SECONDS:
        raise UnknownCallerError("the token was issued in the future (`iat`): compare the two clocks")
    if issued < attempt.begun - LEEWAY_SECONDS:
        raise UnknownCallerError("the token is older than this sign-in (`iat`): compare the two clocks")
