"""HTTP Basic (RFC 7617): name and password with every request of the realms that accepted them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.asked import Connection
from crawler.auth.attempts import Space, Standing
from crawler.auth.challenge import Challenge
from crawler.auth.outcome import LoginFault, LoginFaultKind
from crawler.auth.realm_scheme import RealmScheme
from crawler.fetch.http11 import Headers


class BasicScheme(RealmScheme):
    """One account by HTTP Basic. A fault from the start where the protocol has no way to say its name."""

    title = "Basic"
    answers_depend_on_realm = False

    def __init__(
        self,
        username: str,
        password: str,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__("basic", username, password, origins=origins, probe=probe, headers=headers)
        self._authorization = basic_authorization(username, password)
        if (sentence := unsayable(username, password)) is not None:
            self.attempts.end(LoginFault(LoginFaultKind.REJECTED, sentence))

    def fitting(self, challenges: tuple[Challenge, ...]) -> Challenge | None:
        """The first Basic challenge."""
        return next((each for each in challenges if each.scheme == "basic"), None)

    def settled_headers(self, origin: str, target: str, connection: Connection) -> Headers | None:  # noqa: ARG002
        """The header, within a realm that accepted it."""
        realm = self._realms.realm_to_carry(origin, target)
        if realm is None or self.fault or self.attempts.standing((origin, realm)) is not Standing.ACCEPTED:
            return None
        return [(b"Authorization", self._authorization.encode())]

    def unasked(self, request: httpx2.Request, space: Space) -> str | None:  # noqa: ARG002
        """The same header always."""
        return self._authorization

    def answer(self, request: httpx2.Request, space: Space, challenge: Challenge) -> str:  # noqa: ARG002
        """The same header always."""
        return self._authorization

    def accept_unasked(self, origin: str) -> None:
        """The whole origin knows us."""
        self._realms.learn(origin, "/", "")
        self.attempts.accept((origin, ""))


def basic_authorization(username: str, password: str) -> str:
    """The Authorization header, in UTF-8 as section 2.1 has it, whether the server asks for that or not."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def unsayable(username: str, password: str) -> str | None:
    """Why Basic cannot carry these credentials (section 2), in a sentence; None where it can."""
    if ":" in username:
        return (
            f"the user name {username} has a colon, which HTTP Basic cannot carry: correct `auth.username`, "
            "or use `auth.type: digest` where the server offers it"
        )
    if not (username + password).isprintable():
        return (
            "the user name or the password has a control character (a line end?), which HTTP Basic cannot "
            "carry: correct `auth.username` or `auth.password`"
        )
    return None
