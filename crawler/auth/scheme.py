"""What every way of signing in offers: the one interface behind which the schemes stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.outcome import LoginFault, LoginStep
from crawler.fetch.answer import Answer
from crawler.fetch.http11 import Headers
from crawler.outcome import Failed, Refused

Note = Callable[[LoginStep], None]
"""Takes the steps of a login as they are made."""


class Web(Protocol):
    """Single requests by the connector's one way out: its guard, proxy, TLS settings and caps hold.

    No redirect is followed and no login added besides `auth`. `headers` of an `Answer` have names in lower
    case; cookies are for `auth` to see, since they cannot be joined by commas.
    """

    async def ask(
        self,
        address: WebAddress,
        *,
        method: Literal["GET", "POST"] = "GET",
        fields: Headers = ...,
        body: bytes = b"",
        auth: httpx2.Auth | None = None,
    ) -> Answer | Failed | Refused:
        """Send one request. Faults are values with a sentence, as in a fetch."""
        ...


class Scheme(Protocol):
    """One configured login. One instance serves all workers of a connector, in one event loop."""

    @property
    def kind(self) -> str:
        """The configured type: ``form``, ``ntlm`` …"""
        ...

    @property
    def origins(self) -> frozenset[str]:
        """Where requests go through `auth`, such as ``https://wiki.example.com``; nowhere else."""
        ...

    @property
    def authenticates_connections(self) -> bool:
        """Whether the login is for a connection and not a request (NTLM): then it is HTTP/1.1, and kept."""
        ...

    @property
    def auth(self) -> httpx2.Auth:
        """The flow that every request to one of `origins` goes through.

        `Exchange` drives it on one pinned connection and names that in
        ``request.extensions["connection"]`` (`notes`: what was remembered of it; `peer_certificate`).
        """
        ...

    @property
    def fault(self) -> LoginFault | None:
        """Set when the server rejected the credentials while pages were fetched; nothing is sent any more."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What identifies the credentials: a rejection is remembered for exactly these, as a keyed hash."""
        ...

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Make a new session, or prove the credentials, with at most one attempt with the password.

        Idempotent: called again when the session has ended. None when it worked, as far as can be seen
        without the canary.
        """
        ...

    def is_stale(self) -> bool:
        """Whether the session is known to be at its end, as a token that expires."""
        ...

    def dump(self) -> bytes | None:
        """The session, to be kept (encrypted) for the next run; None where there is nothing to keep."""
        ...

    def load(self, state: bytes) -> bool:
        """Take up a session that `dump` gave; False where it is of no use (any more)."""
        ...
