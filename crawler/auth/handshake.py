"""One NTLM, Negotiate or Kerberos handshake on one connection: tokens in, tokens out, by pyspnego.

Over HTTP the tokens travel in `WWW-Authenticate` and `Authorization` (RFC 4559, [MS-NTHT]).
"""

from __future__ import annotations

import asyncio
import base64
import logging
import struct
from collections.abc import Sequence
from typing import Final, Literal

import httpx2
import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from crawler.auth.challenge import Challenge, challenges_of, parse_challenges

# At the level DEBUG pyspnego writes every token to the log; a password can be guessed from NTLM's.
logging.getLogger("spnego").setLevel(logging.INFO)

MOST_LEGS: Final = 6
"""More messages than any mechanism needs: a server that goes on and on is left."""

TOKEN_FAULTS: Final = (
    SpnegoError,
    ValueError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,  # a time stamp beyond the year 9999
)
"""What pyspnego raises for a token that it cannot take."""

Word = Literal["Negotiate", "NTLM"]
"""The name of the scheme in the headers."""

Credential = (
    spnego.CredentialCache | spnego.KerberosCCache | spnego.KerberosKeytab | spnego.NTLMHash | spnego.Password
)


class Handshake:
    """The client's side. `authorization` makes the next header; `token_in` finds the server's next token.

    `hashed` keeps, by host name, a context that NTLM's next ones are copied from: to hash the password costs
    fifty times what a copy does.
    """

    def __init__(
        self,
        word: Word,
        credentials: Sequence[Credential],
        hostname: str,
        bindings: GssChannelBindings | None,
        hashed: dict[str, spnego.ContextProxy],
    ) -> None:
        self.word = word
        self.legs = 0
        self.begins_anew = False
        self.sends_password = False
        self.has_sent_password = False
        self.uses_tickets = any(isinstance(each, spnego.KerberosCCache) for each in credentials)
        self._credentials: list[Credential] = list(credentials)
        self._hostname = hostname
        self._bindings = bindings
        self._hashed = hashed
        self._context: spnego.ContextProxy | None = None

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing more to say: a 401 is a refusal then."""
        return self._context is not None and self._context.complete

    @property
    def used_ticket(self) -> bool:
        """Whether the server was shown a Kerberos ticket, and has not chosen NTLM instead."""
        return self.uses_tickets and not self._chose_ntlm

    @property
    def _chose_ntlm(self) -> bool:
        return self._context is not None and self._context.negotiated_protocol == "ntlm"

    async def authorization(self, token: bytes | None) -> str | None:
        """The next Authorization header; None when there is nothing more to say.

        Raises one of `TOKEN_FAULTS` for a token that makes no sense or says that we were refused.
        """
        if self.uses_tickets:  # the key distribution centre may have to be asked: seconds
            answer = await asyncio.to_thread(self._step, token)
        else:
            answer = self._step(token)
        if not answer or self.legs >= MOST_LEGS:
            return None
        self.legs += 1
        # NTLM's first message knows no password; all others count, once for each handshake.
        self.sends_password = self._chose_ntlm and self.legs > 1 and not self.has_sent_password
        self.has_sent_password = self.has_sent_password or self.sends_password
        return f"{self.word} {base64.b64encode(answer).decode()}"

    def token_in(self, response: httpx2.Response) -> bytes | None:
        """The token of a 401 that asks for another message."""
        return _token(challenges_of(response), self.word)

    async def verify(self, response: httpx2.Response) -> bool:
        """Whether the server proved itself with the page (mutual authentication); a false proof is an error.

        Raises one of `TOKEN_FAULTS`: then who answered is not who we asked. Without a token there is nothing
        to check: NTLM has none, and some servers leave it out; TLS vouches for them or nobody does.
        """
        headers = response.headers.get_list("www-authenticate")
        token = _token(parse_challenges(headers), self.word) if headers else None
        if token is None or self._context is None or self._context.complete:
            return False
        await self.authorization(token)
        return True

    def _step(self, token: bytes | None) -> bytes | None:
        if self._context is None:
            self._context = self._ticket_context() if self.uses_tickets else self._password_context()
        return self._context.step(token, channel_bindings=self._bindings)

    def _ticket_context(self) -> spnego.ContextProxy:
        """Wrapped even where nothing but Kerberos is possible (RFC 4559 section 4.1)."""
        return spnego.client(
            self._credentials,
            hostname=self._hostname,
            service="HTTP",
            protocol="negotiate",
            options=spnego.NegotiateOptions.use_negotiate,
        )

    def _password_context(self) -> spnego.ContextProxy:
        """Raw NTLM, also within `Negotiate`: servers take both forms, and there is nothing to negotiate."""
        if self._hostname not in self._hashed:
            self._hashed[self._hostname] = spnego.client(
                self._credentials,
                hostname=self._hostname,
                service="HTTP",
                protocol="ntlm",
                options=spnego.NegotiateOptions.use_ntlm,
            )
        return self._hashed[self._hostname].new_context()


def _token(challenges: tuple[Challenge, ...], word: Word) -> bytes | None:
    found = (each.token_bytes() for each in challenges if each.scheme == word.lower())
    return next((token for token in found if token), None)
