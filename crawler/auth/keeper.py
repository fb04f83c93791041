"""The keeper of a connector's logins: signs in once for all workers, notices when a session is over.

Pages fetched after a session died look like content sometimes. Where a canary can tell (`can_confirm`), the
engine holds pages back until `confirm` says that the session still lives after them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Protocol

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.canary import Canary, CanaryAnswer, Sign, ask_canary
from crawler.auth.memory import LoginMemory
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.scheme import Note, Scheme, Web
from crawler.auth.walls import WallSigns, wall_seen
from crawler.outcome import Outcome

CANARY_ATTEMPTS: Final = 3
CANARY_PAUSE_SECONDS: Final = 2.0

TRUSTED_SECONDS: Final = 300.0
"""Without a canary: after one false alarm a login is believed to live for so long."""

SIGN_IN_SECONDS: Final = 60.0
"""A login that takes longer is given up."""


class Standing(Enum):
    """What became of a session that was doubted."""

    ALIVE = auto()  # the answer is the page's own
    RENEWED = auto()  # it was over; there is a new one, so ask for the page again
    LOST = auto()  # `SessionKeeper.fault` says why there is none


class WayOut(Protocol):
    """What `Network` tells of the proxies of a connector, in sentences."""

    @property
    def fault(self) -> str | None:
        """Why nothing more can be reached by a proxy, if so."""

    @property
    def trouble(self) -> str | None:
        """What a proxy failed at last, if it has not worked since."""


@dataclass(slots=True)
class KeptLogin:
    """One login with what tells whether it lives; the keeper alone changes what follows `probe`.

    `canary` is the configured one; `probe` a page of the site, asked where there is no canary.
    """

    scheme: Scheme
    signs: WallSigns
    canary: Canary | None
    probe: Canary
    witness: Canary | None = None  # a page known to be a wall to strangers: as good as a canary
    signed_in_at: float = float("-inf")
    suspects: set[str] = field(default_factory=set)  # URLs for which a session was renewed, unwatched
    false_alarms: int = 0

    @property
    def teller(self) -> Canary | None:
        """What can tell whether the session lives, if anything can."""
        return self.canary or self.witness


class SessionKeeper:
    """All logins of one connector. `generation` counts the sessions; workers note it before they fetch.

    `way_out` tells whether a proxy on the way fails.
    """

    def __init__(
        self,
        logins: Sequence[KeptLogin],
        web: Web,
        memory: LoginMemory,
        *,
        shows_login: Callable[[bytes], bool],
        note: Note = lambda _step: None,
        way_out: WayOut | None = None,
    ) -> None:
        self._logins = tuple(logins)
        self._way_out = way_out
        self._web = web
        self._memory = memory
        self._shows_login = shows_login
        self._note = note
        self._lock = asyncio.Lock()
        self._fault: LoginFault | None = None
        self.generation = 0

    @property
    def fault(self) -> LoginFault | None:
        """Why there is no session any more, if so."""
        return self._fault or next((each.scheme.fault for each in self._logins if each.scheme.fault), None)

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The logins themselves."""
        return tuple(each.scheme for each in self._logins)

    @property
    def can_confirm(self) -> bool:
        """Whether a page can be asked that tells whether a session still lives which could end unseen."""
        return any(each.signs.forms and each.teller is not None for each in self._logins)

    async def open(self, *, fresh: bool = False, again: bool = False) -> LoginFault | None:
        """Take up the sessions of the last run, or sign in; call once, before anything is fetched.

        `fresh` signs in whatever session there is; `again` tries credentials that were rejected before.
        """
        async with self._lock:
            for login in self._logins:
                self._fault = await self._in_time(self._open(login, fresh=fresh, again=again))
                if self._fault is not None:
                    break
            return self._fault

    async def ready(self) -> None:
        """Return when no login is under way; one whose session is known to end is renewed."""
        if any(each.scheme.is_stale() for each in self._logins):
            async with self._lock:
                for login in self._logins:
                    if self.fault is None and login.scheme.is_stale():
                        await self._renew(login)
        elif self._lock.locked():
            async with self._lock:
                pass

    def wall(self, url: str, outcome: Outcome) -> str | None:
        """What of an answer makes the session doubtful, in words; None if nothing does."""
        login = self._login_of(url)
        return None if login is None else wall_seen(url, outcome, login.signs, self._shows_login)

    def is_login_page(self, url: str) -> bool:
        """Whether people sign in at this address, so that a form there says nothing of the session."""
        address, login = parse_url(url), self._login_of(url)
        return login is not None and isinstance(address, WebAddress) and login.signs.is_login_page(address)

    def signs_in_at(self, url: str, target: WebAddress) -> bool:
        """Whether the login for this page's site leads through that address."""
        login = self._login_of(url)
        return login is not None and login.signs.is_login_page(target)

    @property
    def canary_hosts(self) -> frozenset[str]:
        """The hosts that are asked when a session is confirmed."""
        tellers = (each.teller for each in self._logins if each.signs.forms)
        return frozenset(teller.address.host for teller in tellers if teller is not None)

    async def check(self, url: str, generation: int) -> Standing:
        """A page fetched under `generation` was a wall: find out whether the session is over; renew it."""
        login = self._login_of(url)
        async with self._lock:
            if self.fault is not None:
                return await self._lost()
            if login is None:
                return Standing.ALIVE
            if generation != self.generation:
                return Standing.RENEWED
            if login.teller is None:
                return await self._check_unwatched(login, url)
            return await self._check_watched(login, login.teller)

    async def confirm(self) -> Standing:
        """Whether every session that could end unseen still lives; one that does not is renewed."""
        standing = Standing.ALIVE
        async with self._lock:
            for login in self._logins:
                if self.fault is not None:
                    return await self._lost()
                if login.signs.forms and login.teller is not None:
                    found = await self._check_watched(login, login.teller)
                    standing = standing if found is Standing.ALIVE else found
        return standing

    def give_up(self, sessions: int) -> Standing:
        """Sessions end faster than pages can be fetched under them."""
        self._fault = LoginFault(
            LoginFaultKind.NO_EFFECT,
            f"{sessions} sessions in a row ended before one page could be confirmed: is somebody else signed "
            "in with the same account, or does `logged_in` look at the wrong text?",
        )
        return Standing.LOST

    async def close(self) -> None:
        """Keep the sessions for the next run; rejected credentials are remembered."""
        if self.fault is not None:
            await self._lost()
            return
        for login in self._logins:
            if (state := login.scheme.dump()) is not None:
                await self._memory.keep_session(login.scheme, state)

    async def _open(self, login: KeptLogin, *, fresh: bool, again: bool) -> LoginFault | None:
        scheme = login.scheme
        if not again and (remembered := await self._memory.rejection(scheme)) is not None:
            return LoginFault(
                LoginFaultKind.REMEMBERED,
                f"{remembered.sentence} (seen {remembered.rejected_at:%Y-%m-%d %H:%M} UTC; these credentials "
                "are not tried again until they change, or until `crawler login --again` tries them)",
            )
        if login.canary is None and login.signs.forms:
            stranger = await self._ask(login.probe, login, signed_in=False)
            if self._way_out is not None and self._way_out.fault is not None:
                return LoginFault(LoginFaultKind.UNREACHABLE, self._way_out.fault)
            login.witness = login.probe if stranger.sign is Sign.DEAD else None
        state = None if fresh else await self._memory.session(scheme)
        if state is not None and scheme.load(state) and login.teller is not None:
            answer = await self._ask(login.teller, login)
            if answer.sign is Sign.ALIVE:
                self._note(LoginStep(f"the session of the last run still lives: {answer.seen}"))
                login.signed_in_at = time.monotonic()
                return None
        return await self._sign_in(login)

    async def _check_watched(self, login: KeptLogin, teller: Canary) -> Standing:
        answer = await self._ask(teller, login)
        if answer.sign is Sign.ALIVE:
            return Standing.ALIVE
        if answer.sign is Sign.SILENT:
            return await self._lost(_silent(answer))
        return await self._renew(login)

    async def _check_unwatched(self, login: KeptLogin, url: str) -> Standing:
        """Nothing can tell: believe the wall once for each page, then take it for the page's own."""
        trusted = time.monotonic() - login.signed_in_at < TRUSTED_SECONDS
        if url in login.suspects:
            login.false_alarms += 1
            return Standing.ALIVE
        if login.false_alarms and trusted:
            return Standing.ALIVE
        login.suspects.add(url)
        return await self._renew(login)

    async def _renew(self, login: KeptLogin) -> Standing:
        self._fault = await self._in_time(self._sign_in(login))
        if self._fault is not None:
            return await self._lost()
        self.generation += 1
        return Standing.RENEWED

    async def _sign_in(self, login: KeptLogin) -> LoginFault | None:
        scheme = login.scheme
        fault = await scheme.sign_in(self._web, self._note)
        if fault is None and login.teller is not None:
            fault = await self._without_effect(login, login.teller)
        if fault is not None:
            await self._forget(scheme, fault)
            return fault
        login.signed_in_at = time.monotonic()
        await self._memory.keep_session(scheme, scheme.dump())
        await self._memory.forget_rejection(scheme)
        return None

    async def _without_effect(self, login: KeptLogin, teller: Canary) -> LoginFault | None:
        answer = await self._ask(teller, login)
        if answer.sign is Sign.ALIVE:
            self._note(LoginStep(f"signed in: {answer.seen}"))
            return None
        if answer.sign is Sign.SILENT:
            return _silent(answer)
        advice = "check `logged_in`" if teller is login.canary else "is it the right account for this site?"
        return LoginFault(
            LoginFaultKind.NO_EFFECT, f"the login went through, but then {answer.seen}: {advice}"
        )

    async def _ask(self, canary: Canary, login: KeptLogin, *, signed_in: bool = True) -> CanaryAnswer:
        """Ask until the page says something, three times at most."""
        for attempt in range(1, CANARY_ATTEMPTS + 1):
            answer = await ask_canary(
                canary, login.scheme, self._web, login.signs, self._shows_login, signed_in=signed_in
            )
            if answer.sign is not Sign.SILENT or (self._way_out is not None and self._way_out.fault):
                break
            if attempt < CANARY_ATTEMPTS:
                await asyncio.sleep(CANARY_PAUSE_SECONDS * attempt)
        return answer

    async def _lost(self, fault: LoginFault | None = None) -> Standing:
        self._fault = self._fault or fault or self.fault
        for login in self._logins:
            if login.scheme.fault is not None:
                await self._forget(login.scheme, login.scheme.fault)
        return Standing.LOST

    async def _in_time(self, opening: Coroutine[None, None, LoginFault | None]) -> LoginFault | None:
        try:
            async with asyncio.timeout(SIGN_IN_SECONDS):
                return await opening
        except TimeoutError:
            trouble = None if self._way_out is None else self._way_out.trouble
            advice = trouble or "is the site slow, or a page of the login waiting for something?"
            return LoginFault(
                LoginFaultKind.UNREACHABLE,
                f"the login came to no end within {SIGN_IN_SECONDS:.0f} s: {advice}",
            )

    async def _forget(self, scheme: Scheme, fault: LoginFault) -> None:
        await self._memory.keep_session(scheme, None)
        if fault.kind.spends_the_password:
            await self._memory.remember_rejection(scheme, fault.sentence)

    def _login_of(self, url: str) -> KeptLogin | None:
        origin = "/".join(url.split("/", 3)[:3])
        return next((each for each in self._logins if origin in each.scheme.origins), None)


def _silent(answer: CanaryAnswer) -> LoginFault:
    return LoginFault(
        LoginFaultKind.UNREACHABLE,
        f"whether the session lives cannot be told: {answer.seen}; try again later",
    )
