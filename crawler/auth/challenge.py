"""What a 401 offers: the `WWW-Authenticate` headers, parsed (RFC 9110 section 11.6.1).

Servers send several challenges in one header, parted by the same commas that part a challenge's parameters,
or in several headers, or both; IIS offers Negotiate, NTLM and Basic together.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx2

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER: Final = re.compile(rf'({_WORD})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]*))')
_TOKEN_68: Final = re.compile(r"([0-9A-Za-z._~+/-]+=*)[ \t]*(?=,|$)")
_SCHEME: Final = re.compile(rf"({_WORD})(?:[ \t]+|(?=,|$))")
_BETWEEN: Final = re.compile(r"[ \t,]*")
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge. `scheme` and the names of `parameters` are in lower case; `token` is a handshake's."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)

    @property
    def realm(self) -> str:
        """The protection space that it names; empty where it names none."""
        return self.parameters.get("realm", "")

    def token_bytes(self) -> bytes | None:
        """The token decoded; None where there is none or it is not base64."""
        if self.token is None:
            return None
        try:
            return base64.b64decode(self.token, validate=True)
        except binascii.Error:
            return None


def challenges_of(response: httpx2.Response) -> tuple[Challenge, ...]:
    """What a 401 offers, in the server's order; nothing for any other status."""
    if response.status_code != 401:
        return ()
    return parse_challenges(response.headers.get_list("www-authenticate"))


def parse_challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """The challenges of these header values. What is malformed is passed over: the rest still counts."""
    return tuple(challenge for value in headers for challenge in _parsed(value))


def offered(challenges: Iterable[Challenge]) -> str:
    """The names of the offered schemes as people write them: ``Negotiate, NTLM and Basic``."""
    names = list(dict.fromkeys(_NAMES.get(each.scheme, each.scheme) for each in challenges))
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


_NAMES: Final = {
    name.lower(): name for name in ("Basic", "Bearer", "Digest", "Kerberos", "Negotiate", "NTLM")
}


def _parsed(value: str) -> Iterator[Challenge]:
    position = _after_commas(value, 0)
    while position < len(value):
        scheme = _SCHEME.match(value, position)
        if scheme is None:  # nothing that a challenge can begin with: go on after the next comma
            comma = value.find(",", position)
            position = len(value) if comma < 0 else _after_commas(value, comma)
            continue
        position = scheme.end()
        token = _TOKEN_68.match(value, position)
        if token is not None and value[scheme.end() - 1] in " \t":
            yield Challenge(scheme[1].lower(), token=token[1])
            position = _after_commas(value, token.end())
            continue
        parameters, position = _parameters(value, position)
        yield Challenge(scheme[1].lower(), parameters)


def _parameters(value: str, position: int) -> tuple[dict[str, str], int]:
    parameters: dict[str, str] = {}
    position = _after_commas(value, position)
    while (found := _PARAMETER.match(value, position)) is not None:
        text = found[3] if found[2] is None else _ESCAPED.sub(r"\1", found[2])
        parameters.setdefault(found[1].lower(), text)
        position = _after_commas(value, found.end())
    return parameters, position


def _after_commas(value: str, position: int) -> int:
    found = _BETWEEN.match(value, position)
    assert found is not None, "it matches the empty text too"
    return found.end()
