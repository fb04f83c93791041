"""Requests signed by AWS Signature Version 4, as boto3 and `curl --aws-sigv4` send them.

What is signed and how is AWS's documentation "Create a signed AWS API request" (IAM User Guide); only headers
carry signatures here, no query strings.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from search_api.identity.on_behalf import GROUPS, USER
from search_api.identity.refusals import UnknownCallerError

ALGORITHM: Final = "AWS4-HMAC-SHA256"
LEEWAY: Final = timedelta(minutes=15)
"""How old a signature may be, and how far the two clocks may be apart: as AWS has it."""

_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_AUTHORIZATION: Final = re.compile(
    rf"{ALGORITHM} +Credential=(?P<id>\w+)/(?P<scope>(?P<day>\d{{8}})/[\w-]+/[\w-]+/aws4_request)"
    r" *, *SignedHeaders=(?P<names>[a-z0-9-]+(?:;[a-z0-9-]+)*) *, *Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)
_ALWAYS_SIGNED: Final = frozenset({"host", "x-amz-date"})
_SIGNED_WHERE_SENT: Final = frozenset({USER.lower(), GROUPS.lower()})


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it came in: `path` as sent, without the query; names of headers in lower case."""

    method: str
    path: bytes
    query: bytes
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """What was sent under a name, as it is signed: without needless spaces, several parted by commas."""
        values = [value.decode("latin-1") for key, value in self.headers if key == name.encode()]
        return ",".join(" ".join(value.split()) for value in values) if values else None


@dataclass(frozen=True, slots=True)
class Signature:
    """What an `Authorization` says: whose signature, of which headers, and the signature in hexadecimal."""

    access_key_id: str
    scope: str
    day: str
    names: tuple[str, ...]
    digest: str


def parse_signature(authorization: str) -> Signature:
    """What the header says; raises `UnknownCallerError` when it is no signature of this kind."""
    match = _AUTHORIZATION.fullmatch(authorization.strip())
    if match is None:
        raise UnknownCallerError(
            f"must be `{ALGORITHM} Credential=ID/DATE/REGION/SERVICE/aws4_request, "
            "SignedHeaders=…, Signature=…`"
        )
    names = tuple(match["names"].split(";"))
    return Signature(match["id"], match["scope"], match["day"], names, match["signature"])


def check_signature(signature: Signature, request: SentRequest, secret: str, now: datetime) -> None:
    """Whether the secret's owner signed this very request, just now; raises `UnknownCallerError`."""
    sent_at = request.header("x-amz-date") or ""
    try:
        moment = datetime.strptime(sent_at, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise UnknownCallerError("the request has no X-Amz-Date such as 20261127T093000Z") from None
    if abs(now - moment) > LEEWAY or signature.day != sent_at[:8]:
        raise UnknownCallerError("the signature is not of now: X-Amz-Date is more than 15 minutes off")
    unsigned = sorted(_to_be_signed(request) - set(signature.names))
    if unsigned:
        raise UnknownCallerError(f"the header {unsigned[0]} must be signed, too")
    hashed = hashlib.sha256(_canonical(request, signature.names)).hexdigest()
    text = f"{ALGORITHM}\n{sent_at}\n{signature.scope}\n{hashed}"
    if not hmac.compare_digest(_signed(secret, signature.scope, text), signature.digest):
        raise UnknownCallerError(
            "the signature is not right: compare the secret, and whether a proxy changes Host, path or query"
        )


def _to_be_signed(request: SentRequest) -> set[str]:
    sent = {name.decode("latin-1") for name, _ in request.headers}
    return {
        *_ALWAYS_SIGNED,
        *(_SIGNED_WHERE_SENT & sent),
        *(name for name in sent if name.startswith("x-amz-")),
    }


def _canonical(request: SentRequest, names: Sequence[str]) -> bytes:
    headers = "".join(f"{name}:{request.header(name) or ''}\n" for name in names)
    parts = (
        request.method,
        _canonical_path(request.path.decode("latin-1")),
        _canonical_query(request.query.decode("latin-1")),
        headers,
        ";".join(names),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(parts).encode()


def _canonical_path(path: str) -> str:
    """Without empty and dot segments (RFC 3986, section 5.2.4), and encoded once more than it was sent."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    end = "/" if path.endswith("/") and segments else ""
    return quote(f"/{'/'.join(segments)}{end}", safe="/~")


def _canonical_query(query: str) -> str:
    """Names and values encoded in one way, in order."""
    pairs = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")


def _signed(secret: str, scope: str, text: str) -> str:
    """The signature with a key derived from the secret for this scope alone."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
