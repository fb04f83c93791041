"""What a WWW-Authenticate or Proxy-Authenticate header offers (RFC 9110 section 11.6.1): pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a token of the grammar
_PARAMETER: Final = re.compile(rf'({_TOKEN})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}))')
_SCHEME: Final = re.compile(rf"({_TOKEN})(?:[ \t]+([A-Za-z0-9._~+/-]+=*)(?=[ \t]*(?:,|$)))?")
_BETWEEN: Final = re.compile(r"[ \t,]*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One offer: its scheme in lower case, and its token (NTLM, Negotiate) or its parameters.

    Names of parameters are in lower case. Texts stand for the header's bytes by Latin-1.
    """

    scheme: str
    token: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def offers(values: Iterable[str]) -> tuple[Challenge, ...]:
    """All challenges in the order in which the headers offer them; what cannot be read ends its header."""
    return tuple(challenge for value in values for challenge in _offers_of(value))


def _offers_of(value: str) -> Iterator[Challenge]:
    position = _after_commas(value, 0)
    while scheme := _SCHEME.match(value, position):
        position = scheme.end()
        parameters: dict[str, str] = {}
        while True:
            position = _after_commas(value, position)
            parameter = _PARAMETER.match(value, position)
            if parameter is None:
                break
            name, quoted, token = parameter.groups()
            parameters[name.lower()] = token if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            position = parameter.end()
        yield Challenge(scheme[1].lower(), scheme[2] or "", parameters)


def _after_commas(value: str, position: int) -> int:
    between = _BETWEEN.match(value, position)
    assert between is not None, "it matches nothing, too"
    return between.end()
