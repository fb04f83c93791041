"""HTTP Digest (RFC 7616): one nonce for all workers, counted, until the server names another."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakValueDictionary

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.asked import Connection, target_of
from crawler.auth.attempts import Space
from crawler.auth.challenge import Challenge, parse_challenges
from crawler.auth.digest_response import DigestRequest, authorization, strongest
from crawler.auth.realm_scheme import RealmScheme
from crawler.fetch.http11 import Headers

_NONCE: Final = "digest_nonce"


@dataclass(slots=True, weakref_slot=True)
class _Nonce:
    """A server's nonce and how often it was used. The client's own is the same for a whole session."""

    challenge: Challenge
    client_nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    used: int = 0


class DigestScheme(RealmScheme):
    """One account by HTTP Digest, with the strongest hash that the server offers."""

    title = "Digest"

    def __init__(
        self,
        username: str,
        password: str,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__("digest", username, password, origins=origins, probe=probe, headers=headers)
        self._nonces: dict[Space, _Nonce] = {}
        self._in_use: WeakValueDictionary[tuple[Space, str], _Nonce] = WeakValueDictionary()

    def fitting(self, challenges: tuple[Challenge, ...]) -> Challenge | None:
        """The strongest Digest challenge that can be answered."""
        return strongest(challenges)

    def settled_headers(self, origin: str, target: str, connection: Connection) -> Headers | None:  # noqa: ARG002
        """Nothing: each answer may name the next nonce."""
        return None

    def unasked(self, request: httpx2.Request, space: Space) -> str | None:
        """The nonce once more; None before there was one."""
        nonce = self._nonces.get(space)
        return None if nonce is None else self._next(request, nonce)

    def answer(self, request: httpx2.Request, space: Space, challenge: Challenge) -> str:
        """An answer with the challenge's own nonce, which is for this request alone until it has served.

        A server may take each nonce but once: others must not use it up before.
        """
        key = (space, challenge.parameters["nonce"])
        nonce = self._in_use.get(key)  # a server may also name the same one to all
        if nonce is None:
            nonce = self._in_use[key] = _Nonce(challenge)
        return self._next(request, nonce)

    def is_outdated(self, challenge: Challenge) -> bool:
        """``stale=true``: name and password were right (section 3.3)."""
        return challenge.parameters.get("stale", "").lower() == "true"

    def heard(self, space: Space, response: httpx2.Response) -> None:
        """Let all use the nonce that served, or the server's next where it names one (section 3.5)."""
        nonce: _Nonce | None = response.request.extensions.get(_NONCE)
        if nonce is None or response.status_code == 401:
            return
        told = response.headers.get("authentication-info")
        following = None if told is None else _parameters(told).get("nextnonce")
        if following and following != nonce.challenge.parameters["nonce"]:
            parameters = {**nonce.challenge.parameters, "nonce": following}
            nonce = _Nonce(replace(nonce.challenge, parameters=parameters))
            self._in_use[space, following] = nonce
        self._nonces[space] = nonce

    def accept_unasked(self, origin: str) -> None:
        """It cannot happen: without a challenge there is no nonce to answer with."""
        raise AssertionError(f"{origin} was sent Digest credentials unasked")

    def _next(self, request: httpx2.Request, nonce: _Nonce) -> str:
        nonce.used += 1
        request.extensions[_NONCE] = nonce
        return authorization(
            nonce.challenge,
            self._username,
            self._password,
            DigestRequest(request.method, target_of(request), request.content),
            count=nonce.used,
            client_nonce=nonce.client_nonce,
        )


def _parameters(text: str) -> Mapping[str, str]:
    """The parameters of Authentication-Info, which look like a challenge's without its scheme."""
    parsed = parse_challenges([f"Digest {text}"])
    return parsed[0].parameters if parsed else {}
