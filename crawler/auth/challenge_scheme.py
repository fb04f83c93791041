"""What the logins share that answer a server's challenge: one attempt, then either all workers or nobody."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.asked import Connection
from crawler.auth.attempts import Attempts, Space, Verdict, verdict_of
from crawler.auth.challenge import Challenge, challenges_of, offered, parse_challenges
from crawler.auth.header_logins import WithHeaders
from crawler.auth.optional_login import differ
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.refusal import explained
from crawler.auth.scheme import Note, Web
from crawler.fetch.answer import Answer
from crawler.fetch.clients import Lane
from crawler.fetch.direct_auth import DirectAuth
from crawler.fetch.http11 import Headers
from crawler.outcome import Failed, Refused

Flow = AsyncGenerator[httpx2.Request, httpx2.Response]


@dataclass(slots=True)
class Trace:
    """What became of the credentials in one flow.

    `unasked`: send them without waiting for a challenge. `proves`: send them, where they were accepted, even
    on a connection that is authenticated already.
    """

    unasked: bool = False
    proves: bool = False
    was_asked: bool = False
    sent: bool = False
    fault: LoginFault | None = None


class ChallengeScheme(ABC):
    """A login that answers `WWW-Authenticate`.

    Until a server has accepted the credentials a request goes out without them first, and one request at a
    time tries them. Then they go along unasked. Once rejected they are not sent any more (`fault`). A 401 to
    accepted credentials is that page's refusal: only `sign_in` finds out whether they are still good.

    `probe` is the page that `sign_in` asks: the canary's, else a seed. Where it can be read without a login,
    it is asked for with and without: if what they show differs, the credentials were accepted; if not, they
    are sent where the server asks for them.
    """

    authenticates_connections = False

    def __init__(
        self,
        kind: str,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.origins = frozenset(origins)
        self.attempts = Attempts()
        self._probe = probe
        self._headers = dict(headers or {})
        self.auth = self._through(None)

    @property
    def fault(self) -> LoginFault | None:
        """Why nothing is sent any more, if so."""
        return self.attempts.fault

    @property
    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """What identifies the credentials."""

    @abstractmethod
    def flow(self, request: httpx2.Request, trace: Trace) -> Flow:
        """Drive one request."""

    @abstractmethod
    def settled_headers(self, origin: str, target: str, connection: Connection) -> Headers | None:
        """What a request carries where nothing is in doubt; None where the flow must see to it."""

    @abstractmethod
    def fitting(self, challenges: tuple[Challenge, ...]) -> Challenge | None:
        """The challenge that this login answers, if it is among them; no weaker one ever is."""

    @abstractmethod
    def accept_unasked(self, origin: str) -> None:
        """The server took the credentials that it had not asked for."""

    def rejection(self, origin: str, realm: str = "") -> LoginFault:
        """The fault of credentials that were rejected there."""
        where = f'{self.title}, realm "{_printable(realm)}"' if realm else self.title
        return LoginFault(
            LoginFaultKind.REJECTED,
            f"{origin} rejected the password of {self.account} ({where}): "
            "correct `auth.username` or `auth.password`",
        )

    @property
    @abstractmethod
    def title(self) -> str:
        """The scheme as people write it."""

    @property
    @abstractmethod
    def account(self) -> str:
        """Whose credentials these are."""

    def is_stale(self) -> bool:
        """Never: there is no session that could end."""
        return False

    def dump(self) -> bytes | None:
        """Nothing is kept."""
        return None

    def load(self, state: bytes) -> bool:  # noqa: ARG002 - other schemes have states
        """Nothing was kept."""
        return False

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Prove the credentials on the probe page, with at most one attempt with the password."""
        if self.fault is not None:
            return self.fault
        trace = Trace(proves=True)
        answer = await self._ask(web, trace, note)
        fault = self._fault_of(answer, trace)
        if fault is not None or trace.sent or not isinstance(answer, Answer):
            return fault
        return await self._sign_in_unasked(web, answer, note)

    async def _sign_in_unasked(self, web: Web, stranger: Answer, note: Note) -> LoginFault | None:
        """The probe page asks nobody for a login: see whether it knows us when we say who we are."""
        trace = Trace(unasked=True)
        known = await self._ask(web, trace, note)
        fault = self._fault_of(known, trace)
        if fault is not None or not trace.sent or not isinstance(known, Answer):
            return fault
        again = await web.ask(self._probe)
        if isinstance(again, Answer) and differ(known, stranger, again):
            note(LoginStep("the page differs with the login: it goes along unasked", self._probe.url))
            self.accept_unasked(self._probe.origin)
        else:
            note(LoginStep("the page is the same for strangers: the login is sent where it is asked for"))
        return None

    async def _ask(self, web: Web, trace: Trace, note: Note) -> Answer | Failed | Refused:
        answer = await web.ask(self._probe, auth=self._through(trace))
        seen = f"answered {answer.status}" if isinstance(answer, Answer) else str(answer.detail)
        how = f"with {self.title}" if trace.sent else "without a login"
        note(LoginStep(f"asked {how}: {seen}", self._probe.url))
        return answer

    def _fault_of(self, answer: Answer | Failed | Refused, trace: Trace) -> LoginFault | None:
        if not isinstance(answer, Answer):
            unreachable = LoginFault(
                LoginFaultKind.UNREACHABLE, f"the login could not be tried: {answer.detail}"
            )
            return self.fault or trace.fault or unreachable
        fault = self.fault or trace.fault or self._fault_of_status(answer, trace)
        return None if fault is None else explained(fault, answer.body)

    def _fault_of_status(self, answer: Answer, trace: Trace) -> LoginFault | None:
        verdict = verdict_of(answer.status)
        if verdict is Verdict.REJECTED:
            if trace.sent:  # they were good before: otherwise there would be a fault already
                return self.attempts.end(self.rejection(self._probe.origin))
            return self._not_sent(answer, trace)
        if verdict is Verdict.ACCEPTED or (answer.status == 403 and not trace.sent):
            return None
        if answer.status == 403:
            return LoginFault(
                LoginFaultKind.NO_EFFECT,
                f"{self._probe.url} answered 403 to {self.account}: may this account read it? "
                "If not, name in `logged_in.url` a page that it may read",
            )
        return LoginFault(
            LoginFaultKind.UNREACHABLE, f"{self._probe.url} answered {answer.status}: try again later"
        )

    def _not_sent(self, answer: Answer, trace: Trace) -> LoginFault:
        challenges = parse_challenges([answer.headers.get("www-authenticate", "")])
        if trace.was_asked:
            self.attempts.unclear(f"{self._probe.url} gave no answer to the password")
            if self.fault is not None:
                return self.fault
        names = offered(challenges)
        offer = f"offers only {names}" if names else "asks for a login (401) but offers none"
        return LoginFault(
            LoginFaultKind.NOT_OFFERED,
            f"{self._probe.origin} {offer}, and `auth.type: {self.kind}` is a floor: nothing weaker is "
            "tried; set `auth.type` to what the server offers",
        )

    def judge(self, space: Space, response: httpx2.Response) -> None:
        """Take note of what an answer to credentials says of them."""
        verdict = verdict_of(response.status_code)
        if verdict is Verdict.REJECTED:
            self.attempts.reject(space, self.rejection(*space))
        elif verdict is Verdict.ACCEPTED:
            self.attempts.accept(space)
        else:
            self.attempts.unclear(f"{space[0]} answered {response.status_code} to {self.account}")

    def asked(self, response: httpx2.Response, trace: Trace) -> Challenge | None:
        """The challenge of a 401 that this login answers."""
        challenge = self.fitting(challenges_of(response))
        trace.was_asked = trace.was_asked or challenge is not None
        return challenge

    def _through(self, trace: Trace | None) -> httpx2.Auth:
        flow = _SchemeAuth(self, trace)
        return WithHeaders(flow, self._headers) if self._headers else flow

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account!r}, origins={sorted(self.origins)})"


class _SchemeAuth(DirectAuth):
    """The flow of a scheme for httpx2's interface. `trace` is filled where there is one."""

    def __init__(self, scheme: ChallengeScheme, trace: Trace | None) -> None:
        self._scheme = scheme
        self._trace = trace

    def async_auth_flow(self, request: httpx2.Request) -> Flow:
        return self._scheme.flow(request, self._trace or Trace())

    def first_headers(self, origin: str, target: str, lane: Lane) -> Headers | None:
        return None if self._trace is not None else self._scheme.settled_headers(origin, target, lane)

    def __repr__(self) -> str:
        return f"<auth of {self._scheme!r}>"


def _printable(text: str) -> str:
    """A server's words, cut so that they fit in a sentence."""
    return "".join(letter for letter in text if letter.isprintable())[:80]
