"""What a token endpoint answers (RFC 6749 sections 5.1, 5.2): a token, or why there is none. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, quote_plus

from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.fetch.answer import Answer

MOST_MARGIN_SECONDS: Final = 60.0
"""How long before its end a token is replaced, at most; else a tenth of its life."""

_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")
_CODE: Final = re.compile(r"[\w.-]{1,60}", re.ASCII)
_MOST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token; `ends` (epoch seconds) is None where the server does not say."""

    value: str = field(repr=False)
    ends: float | None = None
    renewed_from: float = math.inf
    """Epoch seconds from which a new one is asked for."""

    def is_stale(self, now: float) -> bool:
        """Whether it is time for a new one."""
        return now >= self.renewed_from


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """An answer without a token: its status, the error code (``invalid_client``) and the server's words."""

    status: int
    code: str = ""
    words: str = ""

    @property
    def is_of_the_client(self) -> bool:
        """Whether the client was not recognised, or not seen because it was named in another way."""
        return self.code == "invalid_client" or (
            self.status in (400, 401) and self.code in ("", "invalid_request")
        )


def access_token(value: str, ends: float | None, now: float) -> AccessToken | None:
    """A token that can go into a header and lives yet; None else."""
    if not _SENDABLE.fullmatch(value):
        return None
    if ends is None:
        return AccessToken(value)
    if not ends > now:
        return None
    return AccessToken(value, ends, ends - min(MOST_MARGIN_SECONDS, (ends - now) / 10))


def read_token_answer(answer: Answer, now: float, secrets: Iterable[str]) -> AccessToken | TokenRefusal:
    """The token in an answer received at `now` (epoch seconds), or what was said instead.

    Words that hold one of `secrets` are not taken over.
    """
    said = _object(answer.body)
    value = said.get("access_token")
    if answer.status == 200 and isinstance(value, str):
        if str(said.get("token_type") or "bearer").lower() != "bearer":
            return TokenRefusal(answer.status, "token_type", _words(said.get("token_type"), secrets))
        return access_token(value, _end(said.get("expires_in"), now), now) or TokenRefusal(answer.status)
    code = said.get("error")
    return TokenRefusal(
        answer.status,
        code if isinstance(code, str) and _CODE.fullmatch(code) and not _tells(code, secrets) else "",
        _words(said.get("error_description"), secrets),
    )


def fault_of_refusal(refusal: TokenRefusal, origin: str, client: str) -> LoginFault:
    """Why there is no token, for people; `origin` is the token endpoint's."""
    kind, seen, advice = _FAULTS.get(refusal.code) or _by_status(refusal.status)
    said = ": ".join(part for part in (refusal.code, f'"{refusal.words}"' if refusal.words else "") if part)
    return LoginFault(
        kind, f"{origin} {seen.format(client=client)} ({said or f'status {refusal.status}'}): {advice}"
    )


_CORRECT: Final = "correct `auth.client_id` or `auth.client_secret`"
_REJECTED: Final = (LoginFaultKind.REJECTED, "rejected the secret of the client {client}", _CORRECT)
_FAULTS: Final[dict[str, tuple[LoginFaultKind, str, str]]] = {
    "invalid_client": _REJECTED,
    "unauthorized_client": (
        LoginFaultKind.NOT_OFFERED,
        "gives the client {client} no token by client credentials",
        "have this grant allowed for the client",
    ),
    "unsupported_grant_type": (
        LoginFaultKind.NOT_OFFERED,
        "gives nobody a token by client credentials",
        "set `auth.type` to a login that the site offers",
    ),
    "invalid_scope": (
        LoginFaultKind.NO_EFFECT,
        "gives the client {client} no token for these scopes",
        "correct `auth.scope`",
    ),
    "token_type": (
        LoginFaultKind.NOT_OFFERED,
        "gave a token that is no bearer token",
        "have the server issue bearer tokens to this client",
    ),
}


def _by_status(status: int) -> tuple[LoginFaultKind, str, str]:
    if status == 401:
        return _REJECTED
    if status in (403, 408, 429) or status >= 500:
        return LoginFaultKind.UNREACHABLE, "gave the client {client} no token", "try again later"
    return (
        LoginFaultKind.NO_EFFECT,
        "answered the client {client} with no token that can be used",
        "is `auth.token_url` the token endpoint?",
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _end(seconds: object, now: float) -> float | None:
    """Some servers write `expires_in` as a text, some leave it out or write 0 for "not known"."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return None
    try:
        lifetime = float(seconds)
    except (ValueError, OverflowError):
        return None
    return now + lifetime if math.isfinite(lifetime) and lifetime > 0 else None


def _words(text: object, secrets: Iterable[str]) -> str:
    """A server's words, cut so that they fit in a sentence; none where they tell a secret."""
    if not isinstance(text, str) or _tells(text, secrets):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MOST_WORDS]


def _tells(text: str, secrets: Iterable[str]) -> bool:
    return any(form in text for secret in secrets for form in {secret, quote(secret), quote_plus(secret)})
