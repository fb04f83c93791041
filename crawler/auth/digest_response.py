"""The arithmetic of HTTP Digest (RFC 7616): from a challenge and credentials to an Authorization header.

`httpx2.DigestAuth` does this too, but knows no stale nonce, userhash, UTF-8 names or `auth-int`, reads no
challenge that shares a header with others, and keeps its nonce where workers on several connections trip over
it. Pure, so that the examples of the RFC are its tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from crawler.auth.challenge import Challenge

ALGORITHMS: Final = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
"""By the names of RFC 7616 section 6.1, weakest first; each also with `-sess`."""
_SESSION: Final = "-sess"


@dataclass(frozen=True, slots=True)
class DigestRequest:
    """What of a request is hashed: `target` byte for byte as it is sent."""

    method: str
    target: str
    body: bytes = b""


def strongest(challenges: tuple[Challenge, ...]) -> Challenge | None:
    """The Digest challenge of the strongest hash that we and this Python know; None without one."""
    known = [each for each in challenges if each.scheme == "digest" and _is_answerable(each)]
    return max(known, key=_strength, default=None)


def authorization(
    challenge: Challenge,
    username: str,
    password: str,
    request: DigestRequest,
    *,
    count: int,
    client_nonce: str,
) -> str:
    """The Authorization header (section 3.4). `count`: how often this nonce was used, this time included."""
    realm, nonce = challenge.realm, challenge.parameters["nonce"]
    algorithm = challenge.parameters.get("algorithm", "MD5")
    digest = _hash_of(algorithm)
    quality = _quality(challenge)
    secret = digest(f"{username}:{realm}:{password}")
    if algorithm.lower().endswith(_SESSION):
        secret = digest(f"{secret}:{nonce}:{client_nonce}")
    action = f"{request.method}:{request.target}"
    if quality == "auth-int":
        action += f":{digest(request.body)}"
    counted = f"{count:08x}:{client_nonce}:{quality}:" if quality else ""  # without: RFC 2069
    fields = [
        _name(challenge, username, digest),
        f"realm={_quoted(realm)}",
        f"nonce={_quoted(nonce)}",
        f"uri={_quoted(request.target)}",
        f'response="{digest(f"{secret}:{nonce}:{counted}{digest(action)}")}"',
    ]
    if "algorithm" in challenge.parameters:
        fields.append(f"algorithm={algorithm}")
    if quality:
        fields += [f"qop={quality}", f"nc={count:08x}", f"cnonce={_quoted(client_nonce)}"]
    if "opaque" in challenge.parameters:
        fields.append(f"opaque={_quoted(challenge.parameters['opaque'])}")
    if _hashes_name(challenge):
        fields.append("userhash=true")
    return "Digest " + ", ".join(fields)


def _is_answerable(challenge: Challenge) -> bool:
    return (
        "nonce" in challenge.parameters
        and _strength(challenge) >= 0
        and _quality(challenge) is not None
        and _hash_name(challenge.parameters.get("algorithm", "MD5")) in hashlib.algorithms_available
    )


def _strength(challenge: Challenge) -> int:
    name = challenge.parameters.get("algorithm", "MD5").upper().removesuffix(_SESSION.upper())
    return list(ALGORITHMS).index(name) if name in ALGORITHMS else -1


def _hash_name(algorithm: str) -> str:
    return ALGORITHMS.get(algorithm.upper().removesuffix(_SESSION.upper()), "")


def _hash_of(algorithm: str) -> Callable[[str | bytes], str]:
    name = _hash_name(algorithm)

    def digest(text: str | bytes) -> str:
        data = text.encode() if isinstance(text, str) else text
        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return digest


def _quality(challenge: Challenge) -> str | None:
    """The quality of protection to use; empty where the server names none, None where none of ours."""
    if "qop" not in challenge.parameters:
        return ""
    offered = {each.strip().lower() for each in challenge.parameters["qop"].split(",")}
    return next((each for each in ("auth", "auth-int") if each in offered), None)


def _hashes_name(challenge: Challenge) -> bool:
    return challenge.parameters.get("userhash", "").lower() == "true"


def _name(challenge: Challenge, username: str, digest: Callable[[str | bytes], str]) -> str:
    if _hashes_name(challenge):
        return f'username="{digest(f"{username}:{challenge.realm}")}"'
    if not username.isascii() and challenge.parameters.get("charset", "").upper() == "UTF-8":
        return f"username*=UTF-8''{quote(username, safe='')}"  # section 3.4 and RFC 8187
    return f"username={_quoted(username)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
