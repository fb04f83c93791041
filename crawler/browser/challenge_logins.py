"""Logins by a challenge of HTTP, in the browser: Chromium's own Basic, Digest, NTLM and Negotiate. Pure.

Chromium answers the strongest challenge that is offered, so the configured type must be kept a floor from
outside: on http the browser's proxy passes on no weaker offer. Over https nobody stands between; there the
credentials belong into a context only when the same login has succeeded by HTTP, where the floor holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import HttpCredentials

from crawler.auth.challenge import Challenge, parse_challenges
from crawler.fetch.http11 import Headers
from crawler.rules.canonical_url import UrlFault, WebAddress, parse_url
from settings.auth import LoginSettings, PasswordLogin, TicketLogin

ANSWERED: Final[Mapping[str, frozenset[str]]] = {
    "basic": frozenset({"basic", "digest"}),
    "digest": frozenset({"digest"}),
    "ntlm": frozenset({"ntlm"}),
    "negotiate": frozenset({"negotiate", "ntlm"}),
    "kerberos": frozenset({"negotiate"}),
}
"""Which schemes each type of login may answer."""

Floors = Mapping[str, frozenset[str]]
"""By origin: the schemes that may be offered to the browser."""


@dataclass(frozen=True, slots=True)
class ChallengeLogins:
    """What a browser needs for them: credentials of its contexts, floors of its proxy, hosts for tickets."""

    credentials: tuple[HttpCredentials, ...] = field(default=(), repr=False)
    floors: Floors = field(default_factory=dict)
    negotiate_hosts: tuple[str, ...] = ()


def challenge_logins(logins: Sequence[LoginSettings], seeds: Sequence[WebAddress]) -> ChallengeLogins:
    """Those among a connector's logins; without `origins` a login is for the origins of the seeds.

    Tickets come from the cache that the browser's environment names, never from a password or keytab here.
    """
    credentials: list[HttpCredentials] = []
    floors: dict[str, frozenset[str]] = {}
    hosts: dict[str, None] = {}
    for login in logins:
        if login.type not in ANSWERED:
            continue
        for origin in login.origins or dict.fromkeys(seed.origin for seed in seeds):
            floors[origin] = ANSWERED[login.type]
            if isinstance(login, TicketLogin):
                hosts[_hostname(origin)] = None
            if login.type != "kerberos" and (known := _name_and_password(login)) is not None:
                credentials.append({"origin": origin, "username": known[0], "password": known[1]})
    return ChallengeLogins(tuple(credentials), floors, tuple(hosts))


def _name_and_password(login: LoginSettings) -> tuple[str, str] | None:
    if isinstance(login, PasswordLogin):
        return login.username, login.password.reveal()
    if isinstance(login, TicketLogin) and login.username is not None and login.password is not None:
        return login.username, login.password.reveal()
    return None


def _hostname(origin: str) -> str:
    address = parse_url(origin + "/")
    assert not isinstance(address, UrlFault), "origins are checked when they are read"
    return address.site.hostname


def without_weaker_offers(headers: Headers, answered: Iterable[str]) -> Headers:
    """The headers of a 401 with the challenges alone that may be answered."""
    allowed = frozenset(answered)
    kept: Headers = []
    for name, value in headers:
        if name.lower() != b"www-authenticate":
            kept.append((name, value))
            continue
        challenges = parse_challenges([value.decode("latin-1")])
        good = [each for each in challenges if each.scheme in allowed]
        if len(good) == len(challenges):
            kept += [(name, value)] * bool(good)
        else:
            kept += [(name, _written(each).encode("latin-1", "replace")) for each in good]
    return kept


def _written(challenge: Challenge) -> str:
    if challenge.token is not None:
        return f"{challenge.scheme} {challenge.token}"
    parameters = ", ".join(f'{name}="{_escaped(value)}"' for name, value in challenge.parameters.items())
    return f"{challenge.scheme} {parameters}".strip()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
