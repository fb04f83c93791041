"""The session of one connector's crawl: doubtful answers are looked into, pages held back until it is sure.

A page fetched after the session ended can look like any other, so what was fetched counts only once the
canary was seen alive after it. Where no canary can tell, the signs of a wall on each page have to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from catalog.canonical_url import WebAddress
from catalog.task import FetchTask
from catalog.visit import Visit
from catalog.vocabulary import Reason
from crawler.auth.keeper import SessionKeeper, Standing
from crawler.auth.outcome import LoginFault
from crawler.outcome import HtmlFetched, Outcome, Refused

MOST_HELD: Final = 100
"""Pages held back before the canary is asked, whatever the time: what a dead session costs at most.

Halved whenever a session was found dead, grown when it lives, so that short sessions bring some pages too.
"""

MOST_FRUITLESS: Final = 10
"""So many sessions in a row under which no page could be confirmed, and the connector is given up."""

HELD_SECONDS: Final = 5.0
"""How long pages are held back at most while others are fetched."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A visit that waits for the canary, and the session that its page was fetched under."""

    task: FetchTask
    visit: Visit
    generation: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What became of held visits: those that count, and the tasks whose pages do not."""

    standing: Standing
    confirmed: Sequence[tuple[FetchTask, Visit]] = ()
    discounted: Sequence[FetchTask] = ()

    @property
    def of_discounted(self) -> Standing:
        """What became of the session under which the discounted pages were fetched."""
        return Standing.RENEWED if self.standing is Standing.ALIVE else self.standing


@dataclass(slots=True)
class SessionWatch:
    """Watches over the session that a `SessionKeeper` keeps, for one crawl."""

    keeper: SessionKeeper
    _held: list[_Held] = field(default_factory=list)
    _held_since: float = 0.0
    _most_held: int = MOST_HELD
    _fetching: int = 0
    _waiting: int = 0  # for their turn
    _in_question: int = 0  # held, and the canary is being asked
    _fruitless: int = 0
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def fault(self) -> LoginFault | None:
        """Why there is no session (any more)."""
        return self.keeper.fault

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[int]:
        """Wait until another page may be fetched under the session; the generation of it."""
        await self.keeper.ready()
        while self.keeper.can_confirm and self._unconfirmed >= self._most_held:
            self._room.clear()
            self._waiting += 1
            try:
                await self._room.wait()
            finally:
                self._waiting -= 1
            await self.keeper.ready()
        self._fetching += 1
        try:
            yield self.keeper.generation
        finally:
            self._fetching -= 1
            self._room.set()

    @property
    def _unconfirmed(self) -> int:
        return self._fetching + len(self._held) + self._in_question

    async def judge(self, task: FetchTask, outcome: Outcome, generation: int) -> tuple[Standing, Outcome]:
        """Whether an answer counts that was fetched under a generation of the session, and as what.

        A login page is refused, whatever its status.
        """
        wall = self.keeper.wall(task.url, outcome)
        if self.keeper.fault is not None:
            return Standing.LOST, outcome
        if self.is_over(generation):
            return Standing.RENEWED, outcome
        if wall is None:
            return Standing.ALIVE, outcome
        is_page = isinstance(outcome, HtmlFetched)
        login_page = Refused(Reason.LOGIN_PAGE, f"the site answers with {wall}", 200)
        if is_page and self.keeper.is_login_page(task.url):
            return Standing.ALIVE, login_page
        standing = await self.keeper.check(task.url, generation)
        return standing, login_page if is_page else outcome

    def is_over(self, generation: int) -> bool:
        """Whether what was fetched under a generation cannot be confirmed any more."""
        return generation != self.keeper.generation

    def leads_to_login(self, url: str, target: WebAddress) -> bool:
        """Whether a redirect of this page goes to where people sign in."""
        return self.keeper.is_login_page(target.url) or self.keeper.signs_in_at(url, target)

    def hold(self, task: FetchTask, visit: Visit, generation: int, now: float) -> bool:
        """Hold a visit back until the session is confirmed; False where nothing can confirm it."""
        if not self.keeper.can_confirm:
            return False
        if not self._held:
            self._held_since = now
        self._held.append(_Held(task, visit, generation))
        return True

    def is_due(self, now: float, *, idle: bool) -> bool:
        """Whether the canary should be asked now. `idle`: nothing else is to be done meanwhile."""
        if not self._held or self._in_question:
            return False
        full = len(self._held) >= self._most_held or (self._waiting > 0 and not self._fetching)
        return idle or full or now - self._held_since >= HELD_SECONDS

    async def confirm(self) -> Confirmation:
        """Ask the canary about the visits held until now.

        Those count that were fetched under the very session that is alive: pages may arrive, and be held,
        while the next session is being made.
        """
        held, self._held = self._held, []
        self._in_question = len(held)
        try:
            standing = await self.keeper.confirm()
        finally:
            self._in_question = 0
            self._room.set()
        standing = self._learn(standing)
        counts = [standing is Standing.ALIVE and not self.is_over(each.generation) for each in held]
        return Confirmation(
            standing,
            [(each.task, each.visit) for each, good in zip(held, counts, strict=True) if good],
            [each.task for each, good in zip(held, counts, strict=True) if not good],
        )

    def _learn(self, standing: Standing) -> Standing:
        """Hold back as many pages as sessions last for."""
        if standing is Standing.ALIVE:
            self._fruitless = 0
            self._most_held = min(self._most_held + max(self._most_held // 8, 1), MOST_HELD)
        elif standing is Standing.RENEWED:
            self._fruitless += 1
            self._most_held = max(self._most_held // 2, 1)
            if self._fruitless >= MOST_FRUITLESS:
                return self.keeper.give_up(self._fruitless)
        return standing
