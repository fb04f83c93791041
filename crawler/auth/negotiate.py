"""NTLM, Negotiate and Kerberos: logins that hold for a connection (RFC 4559, [MS-NTHT]), one flow for all.

The handshake is made on one connection and marks it; later requests on it carry nothing. A server that
authenticates each request instead (``Persistent-Auth: false``, or it asks again) gets a token with each.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

import httpx2
import spnego

from catalog.canonical_url import WebAddress
from crawler.auth.asked import Connection, connection_of, connection_stands, origin_of
from crawler.auth.attempts import Space, Standing, Verdict, verdict_of
from crawler.auth.challenge import Challenge, challenges_of
from crawler.auth.challenge_scheme import ChallengeScheme, Flow, Trace
from crawler.auth.channel_bindings import bindings_of
from crawler.auth.handshake import TOKEN_FAULTS, Handshake, Word
from crawler.auth.kerberos_faults import fault_of_error, refused_ticket
from crawler.auth.outcome import LoginError, LoginFault, LoginFaultKind, LoginStep
from crawler.auth.scheme import Note, Web
from crawler.auth.ticket import Tickets
from crawler.fetch.http11 import Headers, MalformedAnswerError

MOST_HANDSHAKES: Final = 3
"""How often one request begins anew: the server closed the connection, or Kerberos gave way to NTLM."""

Kind = Literal["ntlm", "negotiate", "kerberos"]
_MARK: Final = "authenticated"
_TITLES: Final = {"ntlm": "NTLM", "negotiate": "Negotiate", "kerberos": "Kerberos"}


class NegotiateScheme(ChallengeScheme):
    """One account. `negotiate`: Kerberos, else NTLM; `kerberos` and `ntlm`: nothing else.

    `ntlm` needs `username` and `password`. The others take these, or `keytab` (without a `username` its first
    principal is used), or the machine's ticket cache.
    """

    authenticates_connections = True

    def __init__(
        self,
        kind: Kind,
        username: str | None = None,
        password: str | None = None,
        *,
        keytab: Path | None = None,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind, origins=origins, probe=probe, headers=headers)
        self._username = username or ""
        self._tickets = None if kind == "ntlm" else Tickets(username, password, keytab)
        self._password = (
            None if kind == "kerberos" or not password else spnego.Password(self._username, password)
        )
        self._words: dict[str, Word] = {}
        self._hashed: dict[str, spnego.ContextProxy] = {}
        self._without_tickets: set[str] = set()  # origins where Kerberos does not work
        self._no_ticket: LoginFault | None = None  # why, where there was no ticket at all
        self._by_request: set[str] = set()  # origins that authenticate each request

    @property
    def title(self) -> str:
        """NTLM, Negotiate or Kerberos."""
        return _TITLES[self.kind]

    @property
    def account(self) -> str:
        """The user name, or what stands for it."""
        return self._username if self._tickets is None else self._tickets.account

    @property
    def secrets(self) -> tuple[str, ...]:
        """User name and password, or the keytab's fingerprint; nothing for the machine's ticket cache."""
        if self._tickets is not None:
            return self._tickets.secrets
        return (self._username, self._password.password if self._password else "")

    def fitting(self, challenges: tuple[Challenge, ...]) -> Challenge | None:
        """What the configured type allows, the strongest first."""
        by_name = {each.scheme: each for each in reversed(challenges)}
        return next((by_name[name] for name in self._allowed() if name in by_name), None)

    def accept_unasked(self, origin: str) -> None:
        """A handshake that was completed has said so already."""

    def rejection(self, origin: str, realm: str = "") -> LoginFault:
        """A rejected password, or a ticket that the server does not take."""
        if self._tickets is not None and origin not in self._without_tickets:
            return refused_ticket(origin, self.account)
        return super().rejection(origin, realm)

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Have a ticket, where one is needed, and make a handshake on the probe page."""
        if self.fault is None and self._tickets is not None:
            self._without_tickets.clear()
            try:
                ticket = await self._tickets.ticket()
            except LoginError as error:
                if self._is_final(error.fault):
                    return error.fault
                note(LoginStep(f"no Kerberos ticket, so NTLM is tried: {error.fault.sentence}"))
                self._no_ticket = error.fault
            else:
                self._no_ticket = None
                note(LoginStep(f"a Kerberos ticket for {ticket.principal} is there"))
        return await super().sign_in(web, note)

    def settled_headers(self, origin: str, target: str, connection: Connection) -> Headers | None:  # noqa: ARG002
        """Nothing, on a connection that is authenticated."""
        return [] if connection.notes.get(_MARK) and origin not in self._by_request else None

    async def flow(self, request: httpx2.Request, trace: Trace) -> Flow:
        """Send plainly where nothing is known or the connection is authenticated, else shake hands first."""
        origin = origin_of(request)
        space = (origin, "")
        word = self._opening(request, space, trace)
        response: httpx2.Response | None = None
        if word is None:
            response = yield request
            word = self._word(origin, self.asked(response, trace), response)
            if word is None:
                return
        async with self.attempts.turn(space) as may_send:
            for _ in range(MOST_HANDSHAKES if may_send else 0):
                handshake = await self._begin(request, word, trace)
                header = None if handshake is None else await self._say(handshake, None, space, trace)
                while handshake is not None and header is not None:
                    request.headers["Authorization"] = header
                    trace.sent = True
                    response = yield request
                    header = await self._hear(handshake, request, response, trace)
                if handshake is None or not handshake.begins_anew:
                    break
                word = word if response is None else self._word(origin, None, response) or word
        if response is None:
            request.headers.pop("Authorization", None)
            yield request

    def _opening(self, request: httpx2.Request, space: Space, trace: Trace) -> Word | None:
        """The scheme to begin a handshake with at once; None where the request goes out plainly first."""
        origin = space[0]
        if self.fault is not None:
            return None
        if self.attempts.standing(space) is not Standing.ACCEPTED:
            return "NTLM" if self.kind == "ntlm" and trace.unasked else "Negotiate" if trace.unasked else None
        is_marked = connection_of(request).notes.get(_MARK)
        if is_marked and origin not in self._by_request and not trace.proves:
            return None
        return self._words.get(origin)

    def _word(self, origin: str, challenge: Challenge | None, response: httpx2.Response) -> Word | None:
        """The scheme in which a 401 is answered."""
        if origin in self._without_tickets:
            names = {each.scheme for each in challenges_of(response)}
            return "NTLM" if "ntlm" in names else "Negotiate" if "negotiate" in names else None
        challenge = challenge or self.fitting(challenges_of(response))
        if challenge is None:
            return None
        return "NTLM" if challenge.scheme == "ntlm" else "Negotiate"

    def _allowed(self) -> tuple[str, ...]:
        if self.kind == "ntlm":
            return ("ntlm", "negotiate")
        return ("negotiate",) if self._password is None else ("negotiate", "ntlm")

    async def _begin(self, request: httpx2.Request, word: Word, trace: Trace) -> Handshake | None:
        """A handshake with the best credentials that there are; None, and a fault, where there are none."""
        trace.fault = None
        credentials = await self._credentials(origin_of(request), word, trace)
        if credentials is None:
            return None
        bindings = bindings_of(connection_of(request).peer_certificate)
        host = request.url.raw_host.decode("ascii")
        return Handshake(word, credentials, host, bindings, self._hashed)

    async def _credentials(
        self, origin: str, word: Word, trace: Trace
    ) -> list[spnego.Password | spnego.KerberosCCache] | None:
        password = [] if self._password is None else [self._password]
        if self._tickets is not None and word == "Negotiate" and origin not in self._without_tickets:
            try:
                ticket = await self._tickets.ticket()
            except LoginError as error:
                if self._is_final(error.fault):
                    trace.fault = error.fault
                    return None
                self._without_tickets.add(origin)
            else:
                return [spnego.KerberosCCache(ticket.cache), *password]
        if os.environ.get("LM_COMPAT_LEVEL", "3") not in ("3", "4", "5"):
            trace.fault = LoginFault(
                LoginFaultKind.NOT_OFFERED,
                f"LM_COMPAT_LEVEL={os.environ['LM_COMPAT_LEVEL']} in the environment asks for NTLMv1, which "
                "is never sent: remove it",
            )
            return None
        return [*password] or None

    def _is_final(self, fault: LoginFault) -> bool:
        """Whether NTLM must not be tried after this fault of Kerberos."""
        if fault.kind.spends_the_password:
            self.attempts.end(fault)
            return True
        return self._password is None

    async def _say(self, handshake: Handshake, token: bytes | None, space: Space, trace: Trace) -> str | None:
        """The next header; None when there is none, and `begins_anew` or a fault say how to go on."""
        try:
            header = await handshake.authorization(token)
        except TOKEN_FAULTS as error:
            self._broken(handshake, error, space, trace)
            return None
        if handshake.sends_password:
            self.attempts.spend(space)
        return header

    def _broken(self, handshake: Handshake, error: Exception, space: Space, trace: Trace) -> None:
        origin = space[0]
        fault = fault_of_error(error, self.account, origin)
        if handshake.used_ticket and self._password is not None:
            self._without_tickets.add(origin)
            handshake.begins_anew = True
        elif fault is not None:
            trace.fault = fault
        else:
            trace.fault = LoginFault(
                LoginFaultKind.NOT_OFFERED,
                f"{origin} broke off the {self.title} handshake with a message that makes no sense: is it a "
                "gateway that does not know this login?",
            )

    async def _hear(
        self, handshake: Handshake, request: httpx2.Request, response: httpx2.Response, trace: Trace
    ) -> str | None:
        """What to answer; None when the handshake is over, well or not."""
        space = (origin_of(request), "")
        if response.status_code != 401:
            await self._welcome(handshake, request, response, trace)
            return None
        token = None if handshake.is_complete else handshake.token_in(response)
        if token is None:
            self._refused(handshake, space, response, trace)
            return None
        if not connection_stands(response):
            self._cut_off(handshake, space[0], trace)
            return None
        header = await self._say(handshake, token, space, trace)
        if header is None and not handshake.begins_anew and trace.fault is None:
            self._refused(handshake, space, response, trace)
        return header

    async def _welcome(
        self, handshake: Handshake, request: httpx2.Request, response: httpx2.Response, trace: Trace
    ) -> None:
        """The server answers with the page: it took the credentials, unless it never looked at them."""
        origin = origin_of(request)
        try:
            has_proof = await handshake.verify(response)
        except TOKEN_FAULTS as error:
            raise MalformedAnswerError(
                "the server cannot prove that it is who we asked (Negotiate)"
            ) from error
        if (
            not has_proof
            and not handshake.has_sent_password
            and not (handshake.used_ticket and trace.was_asked)
        ):
            return
        self.judge((origin, ""), response)
        if verdict_of(response.status_code) is not Verdict.ACCEPTED:
            return
        self._words[origin] = handshake.word
        notes = connection_of(request).notes
        asked_again = notes.get(_MARK) and trace.was_asked
        if asked_again or response.headers.get("persistent-auth", "").lower() == "false":
            self._by_request.add(origin)
        notes[_MARK] = True

    def _refused(self, handshake: Handshake, space: Space, response: httpx2.Response, trace: Trace) -> None:
        """The server answers 401 and nothing to go on with."""
        origin = space[0]
        if handshake.used_ticket:
            if self._password is not None:
                self._without_tickets.add(origin)
                handshake.begins_anew = True
            else:
                self.attempts.reject(space, refused_ticket(origin, self.account))
        elif handshake.has_sent_password:
            self.attempts.reject(space, self.rejection(origin))
        elif not connection_stands(response):
            self._cut_off(handshake, origin, trace)
        elif self._no_ticket is not None:
            trace.fault = LoginFault(
                self._no_ticket.kind,
                f"{self._no_ticket.sentence} ({origin} does not take NTLM instead)",
            )
        else:
            trace.fault = LoginFault(
                LoginFaultKind.NOT_OFFERED,
                f"{origin} offers {handshake.word} but does not go on with the handshake: does a proxy stand "
                "between that does not keep connections?",
            )

    def _cut_off(self, handshake: Handshake, origin: str, trace: Trace) -> None:
        """What was begun on a connection ends with it: begin anew. The fault is for the last time."""
        handshake.begins_anew = True
        trace.fault = LoginFault(
            LoginFaultKind.NOT_OFFERED,
            f"{origin} closes the connection within each {handshake.word} handshake: does a proxy stand "
            "between that does not keep connections?",
        )
