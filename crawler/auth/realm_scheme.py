"""What Basic and Digest share: credentials with every request, within the realms that accepted them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Final

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.asked import origin_of, target_of
from crawler.auth.attempts import Space, Standing
from crawler.auth.challenge import Challenge
from crawler.auth.challenge_scheme import ChallengeScheme, Flow, Trace
from crawler.auth.protection_space import RealmMap

MOST_ANSWERS: Final = 3
"""How many challenges are answered for one request: nonces may go stale between two of them."""


class RealmScheme(ChallengeScheme):
    """Credentials go unasked to the directories of a realm that accepted them.

    A realm that names itself for the first time is tried like a new site: one attempt, one request at a time.
    """

    def __init__(
        self,
        kind: str,
        username: str,
        password: str,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind, origins=origins, probe=probe, headers=headers)
        self._username = username
        self._password = password
        self._realms = RealmMap()

    @property
    def account(self) -> str:
        """The user name."""
        return self._username

    @property
    def secrets(self) -> tuple[str, ...]:
        """User name and password."""
        return (self._username, self._password)

    @abstractmethod
    def unasked(self, request: httpx2.Request, space: Space) -> str | None:
        """The Authorization header without a new challenge, if there can be one."""

    @abstractmethod
    def answer(self, request: httpx2.Request, space: Space, challenge: Challenge) -> str:
        """The Authorization header that answers a challenge."""

    def is_outdated(self, challenge: Challenge) -> bool:  # noqa: ARG002 - Digest's are
        """Whether the challenge says that only our answer's nonce was too old."""
        return False

    def heard(self, space: Space, response: httpx2.Response) -> None:
        """See what the answer to a request with credentials says to later requests."""

    async def flow(self, request: httpx2.Request, trace: Trace) -> Flow:
        """Send with credentials where they were accepted, else without; then answer challenges."""
        origin, target = origin_of(request), target_of(request)
        request.headers.encoding = "utf-8"  # guessed else, from what is there: names have other letters
        carried = self._carry(request, origin, target, trace)
        response = yield request
        for attempt in range(MOST_ANSWERS):
            if attempt:  # a new nonce was too old: other workers use up what the server knows us by
                del request.headers["Authorization"]
                carried = None
                response = yield request
            challenge = self.asked(response, trace)
            if challenge is None:
                break
            self._realms.learn(origin, target, challenge.realm)
            space = (origin, challenge.realm)
            if carried is not None and not self._may_answer_again(carried, space, challenge, trace):
                break
            async with self.attempts.turn(space) as may_send:
                if not may_send:
                    break
                self.attempts.spend(space)
                request.headers["Authorization"] = self.answer(request, space, challenge)
                trace.sent = True
                response = yield request
                carried = space
                if not self._is_outdated(response):
                    self.judge(space, response)
                    break
                self.attempts.take_back(space)
        if carried is not None:
            self.heard(carried, response)

    def _carry(self, request: httpx2.Request, origin: str, target: str, trace: Trace) -> Space | None:
        """Put the credentials on a request that was not asked for them yet, where that is right."""
        if self.fault is not None:
            return None
        space = (origin, self._realms.realm_to_carry(origin, target) or "")
        if self.attempts.standing(space) is not Standing.ACCEPTED and not (
            trace.unasked and self.attempts.may_try(space)
        ):
            return None
        header = self.unasked(request, space)
        if header is None:
            return None
        self.attempts.spend(space)
        request.headers["Authorization"] = header
        trace.sent = True
        return space

    def _may_answer_again(self, carried: Space, space: Space, challenge: Challenge, trace: Trace) -> bool:
        """Whether a 401 to a request that carried credentials is worth another answer."""
        if carried == space:
            return self.is_outdated(challenge)
        if trace.unasked or not self.answers_depend_on_realm:
            # The very same credentials were just refused here: that was this realm's attempt.
            self.attempts.reject(space, self.rejection(*space))
            return False
        return True

    answers_depend_on_realm = True

    def _is_outdated(self, response: httpx2.Response) -> bool:
        challenge = self.asked(response, Trace())
        return challenge is not None and self.is_outdated(challenge)
