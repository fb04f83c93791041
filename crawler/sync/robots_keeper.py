"""The robots.txt of every origin of a sync: read once, before anything else there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from catalog.canonical_url import WebAddress
from catalog.vocabulary import Decision, Reason, refused
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.rules.retry import retry_delay
from crawler.rules.robots import Access, RobotsRules

ATTEMPTS: Final = 3
LONGEST_WAIT: Final = 60.0
"""Seconds between two attempts, whatever a `Retry-After` asks."""

# Nothing of the host can be reached, or not by these settings: better said than "robots_unreachable".
_OF_THE_HOST: Final = frozenset(
    {
        Reason.DNS_FAILED,
        Reason.CONNECTION_FAILED,
        Reason.TLS_FAILED,
        Reason.FORBIDDEN_ADDRESS,
        Reason.PROXY_UNAUTHORIZED,
        Reason.PROXY_REFUSED,
        Reason.PROXY_FAILED,
    }
)
_FINAL: Final = frozenset(
    {Reason.TLS_FAILED, Reason.FORBIDDEN_ADDRESS, Reason.PROXY_UNAUTHORIZED, Reason.PROXY_REFUSED}
)
"""Waiting does not mend these."""

LONGEST_CRAWL_DELAY: Final = 30.0
"""A longer `Crawl-delay` (seconds) is cut to this: some sites ask for days."""


@dataclass(frozen=True, slots=True)
class OriginRobots:
    """What an origin's robots.txt comes to. `failure` says why nothing may be fetched there now."""

    rules: RobotsRules
    failure: Reason | None = None
    detail: str | None = None


class RobotsKeeper:
    """Knows the rules of each origin for the time of a sync."""

    def __init__(self, user_agent_token: str) -> None:
        self._token = user_agent_token
        self._origins: dict[str, OriginRobots] = {}

    def knows(self, origin: str) -> bool:
        """Whether the origin's robots.txt was dealt with."""
        return origin in self._origins

    def decide(self, address: WebAddress) -> Decision:
        """Whether an address of a known origin may be fetched."""
        robots = self._origins[address.origin]
        if robots.failure is not None:
            return refused(robots.failure, robots.detail)
        return robots.rules.decide(address.url, self._token)

    def sitemaps(self, origin: str) -> tuple[str, ...]:
        """What its ``Sitemap:`` lines say; they speak to everybody (RFC 9309, 2.2.4)."""
        return self._origins[origin].rules.sitemaps

    def interval(self, origin: str) -> float:
        """The origin's `Crawl-delay` in seconds, capped; 0 where it has none."""
        robots = self._origins[origin]
        return min(robots.rules.crawl_delay(self._token) or 0.0, LONGEST_CRAWL_DELAY)

    async def read(
        self,
        origin: str,
        fetch: Callable[[str], Awaitable[RobotsAnswer]],
        recall: Callable[[str], Awaitable[RobotsAnswer | None]],
        say: Callable[[str], None],
    ) -> RobotsAnswer:
        """Read an origin's robots.txt and return the last answer.

        When it is out of reach: wait and say so; after three attempts go by the copy of the last day that
        `recall` finds, or leave the origin alone for this sync (RFC 9309, 2.3.1.4 and 2.4).
        """
        for attempt in range(1, ATTEMPTS + 1):
            answer = await fetch(origin)
            robots = _understand(answer)
            is_final = answer.is_final or robots.failure in _FINAL
            if robots.failure is None or is_final or attempt == ATTEMPTS:
                break
            delay = min(retry_delay(attempt, answer.retry_after), LONGEST_WAIT)
            say(f"{origin}/robots.txt: {robots.detail}; asking again in {delay:.0f} s")
            await asyncio.sleep(delay)
        if robots.failure is Reason.ROBOTS_UNREACHABLE and (kept := await recall(origin)) is not None:
            say(f"{origin}/robots.txt: {robots.detail}; its copy of the last day holds")
            robots = _understand(kept)
        self._origins[origin] = robots
        return answer


def _understand(answer: RobotsAnswer) -> OriginRobots:
    """A status of its own kind keeps its reason; any other want of an answer is `robots_unreachable`."""
    if answer.status is None:
        rules = RobotsRules.unreachable(answer.detail or "no answer")
        reason = answer.failure if answer.failure in _OF_THE_HOST else Reason.ROBOTS_UNREACHABLE
        return OriginRobots(rules, reason, answer.detail)
    rules = RobotsRules.from_answer(answer.status, answer.body)
    if rules.access is Access.UNREACHABLE:
        return OriginRobots(rules, Reason.ROBOTS_UNREACHABLE, rules.note)
    return OriginRobots(rules)
