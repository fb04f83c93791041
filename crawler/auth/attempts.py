"""Lockout protection: how often a password may be tried before a server has accepted it.

One attempt at a time, whatever the number of workers; a rejection ends them. A password that one site
accepted may fail on another site or in another realm, twice in all: fewer times than the three that the
strictest directories allow.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from types import TracebackType
from typing import Final

from crawler.auth.outcome import LoginFault, LoginFaultKind

MOST_FAILED_ATTEMPTS: Final = 2

Space = tuple[str, str]
"""Where credentials hold together: an origin and a realm of it (RFC 9110 section 11.5)."""


class Standing(Enum):
    """What a protection space thinks of the credentials."""

    UNTRIED = auto()
    ACCEPTED = auto()
    REJECTED = auto()


class Verdict(Enum):
    """What the answer to a request with credentials says of them."""

    ACCEPTED = auto()
    REJECTED = auto()
    UNCLEAR = auto()  # a 403, 429 or 5xx comes before or after the credentials were looked at


def verdict_of(status: int) -> Verdict:
    """What a status says of the credentials that were sent."""
    if status == 401:
        return Verdict.REJECTED
    if status in (403, 407, 408, 425, 429) or status >= 500:
        return Verdict.UNCLEAR
    return Verdict.ACCEPTED


class Attempts:
    """The standing of one login's credentials, shared by all workers.

    `fault` is set once nothing may be sent any more.
    """

    def __init__(self) -> None:
        self.fault: LoginFault | None = None
        self._lock = asyncio.Lock()
        self._standings: dict[Space, Standing] = {}
        self._failed = 0

    def standing(self, space: Space) -> Standing:
        """The standing of the credentials there."""
        return self._standings.get(space, Standing.UNTRIED)

    @property
    def accepted_anywhere(self) -> bool:
        """Whether some server has accepted the credentials."""
        return Standing.ACCEPTED in self._standings.values()

    def turn(self, space: Space) -> Turn:
        """Wait for permission to send the credentials: ``async with attempts.turn(space) as may_send``.

        Who is first holds the others up until the block ends; once a space has accepted, nobody waits.
        """
        return Turn(self, space)

    def may_try(self, space: Space) -> bool:
        """Whether credentials may be sent there, by one who holds the turn."""
        if self.fault is not None or self.standing(space) is Standing.REJECTED:
            return False
        return self.standing(space) is Standing.ACCEPTED or self._failed < MOST_FAILED_ATTEMPTS

    def spend(self, space: Space) -> None:
        """An attempt with the password begins; it counts as failed until `accept` says otherwise."""
        if self.standing(space) is Standing.UNTRIED:
            self._failed += 1

    def take_back(self, space: Space) -> None:
        """The attempt was no failed one, though it did not let us in."""
        if self.standing(space) is Standing.UNTRIED:
            self._failed = max(0, self._failed - 1)

    def accept(self, space: Space) -> None:
        """The attempt was good."""
        self.take_back(space)
        self._standings[space] = Standing.ACCEPTED

    def reject(self, space: Space, fault: LoginFault) -> None:
        """The attempt was rejected. A password that was never good anywhere is not tried anywhere else."""
        if not self.accepted_anywhere:
            self.fault = self.fault or fault
        if self.standing(space) is Standing.UNTRIED:
            self._standings[space] = Standing.REJECTED

    def unclear(self, seen: str) -> None:
        """An answer said nothing of the password; the second time we stop, unless it is known to be good."""
        if self.accepted_anywhere:
            self._failed = max(0, self._failed - 1)
        elif self._failed >= MOST_FAILED_ATTEMPTS:
            self.fault = self.fault or LoginFault(
                LoginFaultKind.NO_EFFECT,
                f"{seen}, twice: whether the password is right cannot be told, and it is not sent a third "
                "time; try again when the site is well, or name in `logged_in.url` a page that the account "
                "may read",
            )

    def end(self, fault: LoginFault) -> LoginFault:
        """Credentials that were accepted are not any more: nothing is sent from now on."""
        self.fault = self.fault or fault
        return self.fault

    async def acquire(self, space: Space) -> bool:
        """Wait for the turn; whether the lock is held now."""
        if self.standing(space) is not Standing.UNTRIED or self.fault is not None:
            return False
        await self._lock.acquire()
        if self.standing(space) is Standing.UNTRIED and self.fault is None:
            return True
        self._lock.release()
        return False

    def release(self) -> None:
        """Let the next one try."""
        self._lock.release()


class Turn:
    """The permission to send credentials, for as long as the block lasts."""

    __slots__ = ("_attempts", "_holds", "_space")

    def __init__(self, attempts: Attempts, space: Space) -> None:
        self._attempts = attempts
        self._space = space
        self._holds = False

    async def __aenter__(self) -> bool:
        self._holds = await self._attempts.acquire(self._space)
        return self._attempts.may_try(self._space)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._holds:
            self._attempts.release()
