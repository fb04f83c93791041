"""Everything that a rendered page asks for, over the connector's own fetcher: the browser has no network.

So the guard, the proxy, the logins, robots.txt, politeness and the caps hold for each request of a page, by
the very code that fetches pages. A redirect goes back to the browser as it came: what it asks for then is a
request of its own, with its own cookies, its own CORS, and its own login or none.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import Decision, Reason
from crawler.fetch.decoding import BodyTooLargeError
from crawler.fetch.http11 import Headers
from crawler.fetch.resource import Count, ResourceAnswer
from crawler.outcome import Failed, Refused
from crawler.rendering.blocking import stand_in
from crawler.rendering.browser_session import SignedIn
from crawler.rendering.freshness import SHARED, seconds_fresh
from crawler.rendering.host_lanes import HostLanes
from crawler.rendering.interfaces import Answered, PageRequest, Spent, Turn, Withheld
from crawler.rendering.page_headers import given_back
from crawler.rendering.resource_cache import ResourceCache
from crawler.rendering.session_bounds import SessionBounds
from crawler.rules.retry import RETRYABLE
from settings.render import Blocked, RenderSettings

_SCHEMES: Final = frozenset({"http", "https"})
_WITHOUT_TEXT: Final = frozenset({"Image", "Font", "Media", "Stylesheet"})
"""Nothing of a page's text is missing without them."""

MayFetch = Callable[[str], Awaitable[Decision]]
"""Whether robots.txt lets an address be asked for."""


@dataclass(frozen=True, slots=True)
class ResourceCaps:
    """What one visit of a page may use, besides the fetcher's own cap for a body.

    `shared_bytes` is the most of one script, style sheet, font or picture; `seconds` the longest for one
    request; `per_host` how many of them are under way at a host at once, over all pages.
    """

    requests: int = 300
    bytes: int = 64 << 20
    shared_bytes: int = 16 << 20
    seconds: float = 20.0
    per_host: int = 6
    reloads: int = 3


class FetchesResources(Protocol):
    """The part of `HttpFetcher` that is used here."""

    async def fetch_resource(
        self,
        address: WebAddress,
        fields: Headers,
        *,
        seconds: float,
        max_bytes: int,
        count: Count,
        reads_body: bool = True,
    ) -> ResourceAnswer | Failed | Refused:
        """Ask for what a page wants."""
        ...


async def _at_once(_host: str) -> None:
    """Without politeness."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with its addresses, and the visit that it belongs to."""

    request: PageRequest
    target: WebAddress
    page: WebAddress
    spent: Spent

    @property
    def is_shared(self) -> bool:
        return self.request.resource_type in SHARED and self.request.method == "GET"


class SiteResources:
    """The `ResourceLoader` of one connector, for all its pages and sessions.

    `turn` returns when a host may be asked; `may_fetch` says what robots.txt allows (None: everything).
    """

    def __init__(
        self,
        fetcher: FetchesResources,
        *,
        block: Collection[Blocked] = RenderSettings().block,
        turn: Turn = _at_once,
        may_fetch: MayFetch | None = None,
        signed_in: SignedIn | None = None,
        caps: ResourceCaps | None = None,
        cache: ResourceCache | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._block = frozenset(block)
        self._turn = turn
        self._may_fetch = may_fetch
        self._bounds = SessionBounds(signed_in or SignedIn())
        self._caps = caps or ResourceCaps()
        self._cache = cache or ResourceCache()
        self._lanes = HostLanes(self._caps.per_host)

    async def load(self, request: PageRequest, spent: Spent) -> Answered | Withheld:
        """What a page is given for a request."""
        answer = await self._decided(request, spent)
        if isinstance(answer, Withheld):
            spent.withheld[answer.why] += 1
        return answer

    async def _decided(self, request: PageRequest, spent: Spent) -> Answered | Withheld:
        target, page = parse_url(request.url), parse_url(request.page)
        if not isinstance(target, WebAddress) or target.scheme not in _SCHEMES:
            return Withheld("neither http nor https")
        if not isinstance(page, WebAddress):
            return Withheld("a page without an address")
        if (instead := stand_in(request, target, page, self._block)) is not None:
            return instead
        asked = _Asked(request, target, page, spent)
        if (why := self._over(asked) or self._bounds.why_not(request, target, page)) is not None:
            return why
        answer = await self._brought(asked)
        if request.resource_type not in _WITHOUT_TEXT and _may_come_later(answer):
            spent.unavailable += 1
        if isinstance(answer, Answered) and self._bounds.speaks_against(request, target, answer):
            spent.saw_unauthorized = True
        return answer

    def _over(self, asked: _Asked) -> Withheld | None:
        """Count a request; the cap that it is beyond, if so."""
        spent, caps = asked.spent, self._caps
        spent.requests += 1
        if asked.request.is_main_document:
            spent.reloads += 1
            if spent.reloads > caps.reloads:
                return _over(f"{caps.reloads} reloads")
        if spent.requests > caps.requests:
            return _over(f"{caps.requests:,} requests")
        return self._too_much() if spent.bytes >= caps.bytes else None

    def _too_much(self) -> Withheld:
        return _over(f"{self._caps.bytes / (1 << 20):g} MB")

    async def _brought(self, asked: _Asked) -> Answered | Withheld:
        headers, spent = asked.request.headers, asked.spent
        key = spent.generation, asked.target.url, headers.get("origin"), headers.get("accept")
        kept = self._cache.get(key) if asked.request.method == "GET" else None
        if kept is not None and not (asked.request.is_main_document or "authorization" in headers):
            return self._counted(kept, spent)
        if not asked.is_shared:
            answer = await self._ask(asked, self._caps.bytes, self._meter(spent))
            self._keep(key, asked, answer)
            return answer

        async def bring() -> Answered | Withheld:
            brought = await self._ask(asked, self._caps.shared_bytes, lambda _more: None)
            self._keep(key, asked, brought)
            return brought

        return self._counted(await self._cache.once(key, bring), spent)

    def _keep(self, key: object, asked: _Asked, answer: Answered | Withheld) -> None:
        if isinstance(answer, Answered):
            self._cache.put(key, answer, seconds_fresh(asked.request, answer))

    def _meter(self, spent: Spent) -> Count:
        """Counts for a visit while a body arrives, so that several at once are not more than it may have."""

        def count(more: int) -> None:
            spent.bytes += more
            if spent.bytes > self._caps.bytes:
                raise BodyTooLargeError(self._too_much().why)

        return count

    def _counted(self, answer: Answered | Withheld, spent: Spent) -> Answered | Withheld:
        if isinstance(answer, Withheld):
            return answer
        spent.bytes += len(answer.body)
        return answer if spent.bytes <= self._caps.bytes else self._too_much()

    async def _ask(self, asked: _Asked, max_bytes: int, count: Count) -> Answered | Withheld:
        """Make the request, when robots.txt and politeness let it be made."""
        request, target = asked.request, asked.target
        if self._may_fetch is not None and not (decision := await self._may_fetch(target.url)).allowed:
            return _disallowed(decision, target)
        async with self._lanes.lane(target.host):
            if self._lanes.is_left_alone(target.host):
                return Withheld(Reason.RATE_LIMITED, f"{target.host} wants to be asked less (429 or 503)")
            await self._turn(target.host)
            seconds = self._caps.seconds
            if not asked.is_shared:  # others may wait for what is shared, whose time is not over
                seconds = min(seconds, asked.spent.ends_at - time.monotonic())
            if seconds <= 0:
                return Withheld("the time of the visit is over")
            brought = await self._fetcher.fetch_resource(
                target,
                self._bounds.fields(request, target, asked.page),
                seconds=seconds,
                max_bytes=max_bytes,
                count=count,
                reads_body=request.method == "GET",
            )
        if not isinstance(brought, ResourceAnswer):
            return _failed(brought, asked)
        headers = given_back(
            brought.headers,
            keeps_length=request.method == "HEAD",
            hides_sessions=self._bounds.keeps_cookies_of(target),
        )
        answer = Answered(brought.status, headers, brought.body)
        self._lanes.learn(target.host, answer)
        return answer


def _may_come_later(answer: Answered | Withheld) -> bool:
    if isinstance(answer, Withheld):
        # Many pages ask for what is answered when there are news: it never comes.
        return answer.why in RETRYABLE and answer.why != Reason.TIMEOUT
    return answer.status == 429 or answer.status >= 500


def _over(cap: str) -> Withheld:
    why = f"over the cap of {cap} a page"
    return Withheld(why, f"it asked for more than {cap}: the rest was left out")


def _disallowed(decision: Decision, target: WebAddress) -> Withheld:
    if decision.reason is Reason.ROBOTS_DISALLOWED:
        return Withheld(
            "robots.txt disallows it", f"the robots.txt of {target.host} disallows what it asked for there"
        )
    why = "not allowed" if decision.reason is None else decision.reason.explanation
    return Withheld(why, f"{target.host}: {why}")


def _failed(outcome: Failed | Refused, asked: _Asked) -> Withheld:
    if outcome.reason is Reason.TOO_LARGE and outcome.detail.startswith("over the cap"):
        return Withheld(outcome.detail, f"what it asked for was left out: {outcome.detail}")
    if asked.request.resource_type in _WITHOUT_TEXT:
        return Withheld(outcome.reason)
    return Withheld(outcome.reason, f"what it asked {asked.target.host} for did not come: {outcome.detail}")
