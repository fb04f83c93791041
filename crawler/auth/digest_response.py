"""What the header of HTTP Digest says to a challenge (RFC 7616): pure, for servers and for proxies."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from crawler.auth.challenges import Challenge

_ALGORITHMS: Final[Mapping[str, str]] = {"sha-512-256": "sha512_256", "sha-256": "sha256", "md5": "md5"}
"""Names of RFC 7616 and of hashlib, the strongest first."""
_SESSION: Final = "-sess"


@dataclass(frozen=True, slots=True)
class DigestChallenge:
    """An offer of Digest that can be met: a known algorithm, and `auth` among its qualities of protection.

    `algorithm` is as the server spells it (empty: it named none, which means MD5). `has_qop` is false for
    servers of RFC 2069.
    """

    realm: str
    nonce: str
    opaque: str | None
    algorithm: str
    has_qop: bool
    is_stale: bool
    is_utf8: bool
    hashes_username: bool

    @property
    def _plain_algorithm(self) -> str:
        return (self.algorithm or "md5").lower().removesuffix(_SESSION)

    @property
    def is_of_a_session(self) -> bool:
        """Whether the first hash covers the nonces, too."""
        return self.algorithm.lower().endswith(_SESSION)

    @property
    def strength(self) -> int:
        """The greater, the stronger the algorithm."""
        return -list(_ALGORITHMS).index(self._plain_algorithm)

    def digest(self, text: bytes) -> str:
        """The hexadecimal hash by the challenge's algorithm."""
        return hashlib.new(_ALGORITHMS[self._plain_algorithm], text, usedforsecurity=False).hexdigest()


def strongest_digest(offered: Iterable[Challenge]) -> DigestChallenge | None:
    """The best offer of Digest that can be met, None where there is none."""
    met = (_digest_challenge(each.parameters) for each in offered if each.scheme == "digest")
    return max((each for each in met if each is not None), key=lambda each: each.strength, default=None)


def _digest_challenge(named: Mapping[str, str]) -> DigestChallenge | None:
    algorithm = named.get("algorithm", "")
    plain = (algorithm or "md5").lower().removesuffix(_SESSION)
    qualities = [quality.strip().lower() for quality in named.get("qop", "").split(",") if quality.strip()]
    if plain not in _ALGORITHMS or "nonce" not in named or (qualities and "auth" not in qualities):
        return None
    return DigestChallenge(
        realm=named.get("realm", ""),
        nonce=named["nonce"],
        opaque=named.get("opaque"),
        algorithm=algorithm,
        has_qop=bool(qualities),
        is_stale=named.get("stale", "").lower() == "true",
        is_utf8=named.get("charset", "").lower() == "utf-8",
        hashes_username=named.get("userhash", "").lower() == "true",
    )


def digest_header(
    challenge: DigestChallenge,
    username: str,
    password: str,
    *,
    method: str,
    uri: str,
    count: int,
    client_nonce: Callable[[], str] = lambda: secrets.token_hex(16),
) -> str:
    """The header for the `count`-th request (from 1) with the challenge's nonce; `uri` as the request has it.

    Name and password are UTF-8 where the challenge says so or they are not Latin-1, else Latin-1
    (section 4 of the RFC leaves the other case open; browsers do the same). The text stands for the
    header's bytes by Latin-1, as those of the challenge do.
    """
    encoding = "utf-8" if challenge.is_utf8 or not _is_latin1(username + password) else "latin-1"
    realm, nonce = challenge.realm.encode("latin-1"), challenge.nonce.encode("latin-1")
    cnonce, number = client_nonce().encode(), b"%08x" % count
    hashed = challenge.digest
    secret = hashed(b":".join([username.encode(encoding), realm, password.encode(encoding)]))
    if challenge.is_of_a_session:
        secret = hashed(b":".join([secret.encode(), nonce, cnonce]))
    request = hashed(f"{method}:{uri}".encode())
    between = [nonce, number, cnonce, b"auth"] if challenge.has_qop else [nonce]
    response = hashed(b":".join([secret.encode(), *between, request.encode()]))
    wire_name = username.encode(encoding)
    name = hashed(wire_name + b":" + realm) if challenge.hashes_username else wire_name.decode("latin-1")
    fields = {
        "username": _quoted(name),
        "realm": _quoted(challenge.realm),
        "nonce": _quoted(challenge.nonce),
        "uri": _quoted(uri),
        "response": _quoted(response),
    }
    if challenge.opaque is not None:
        fields["opaque"] = _quoted(challenge.opaque)
    if challenge.algorithm:
        fields["algorithm"] = challenge.algorithm
    if challenge.has_qop:
        fields |= {"qop": "auth", "nc": number.decode(), "cnonce": _quoted(cnonce.decode())}
    if challenge.hashes_username:
        fields["userhash"] = "true"
    return "Digest " + ", ".join(f"{key}={value}" for key, value in fields.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_latin1(text: str) -> bool:
    return all(ord(character) < 256 for character in text)
