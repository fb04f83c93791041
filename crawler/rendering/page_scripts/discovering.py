"""Where elements lead that only a script follows: they are clicked in a page that is thrown away."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from crawler.rendering.interfaces import Evaluates
from crawler.rendering.page_scripts.clicking import MayClick
from crawler.rendering.page_scripts.sources import expression

_SCRIPTS: Final = ("base", "settle", "states", "flatten", "collect", "interact", "discover")
_MOST_REMEMBERED: Final = 5_000
_SAME_ON_PAGES: Final = 2


class DisposablePage(Evaluates, Protocol):
    """A second load of a page: what clicks make of it is never read."""

    async def reload(self) -> None:
        """Load the page anew, as it was. Raises `CdpError`."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """An element that may lead somewhere: where it stands in the page's tree, and what it says."""

    path: str
    label: str


@dataclass(slots=True)
class ClickMemory:
    """Candidates that led to the same place on two pages of a host are its menu: no page clicks them again.

    At most 5,000 candidates are remembered, the latest ones.
    """

    _led_to: OrderedDict[tuple[str, Candidate], tuple[frozenset[str], int]] = field(
        default_factory=OrderedDict
    )

    def wants(self, host: str, candidate: Candidate) -> bool:
        """Whether a click may bring something new."""
        _, same = self._led_to.get((host, candidate), (frozenset(), 0))
        return same < _SAME_ON_PAGES

    def note(self, host: str, candidate: Candidate, links: frozenset[str]) -> None:
        """A click was made, and led to `links`."""
        before, same = self._led_to.pop((host, candidate), (links, 0))
        self._led_to[host, candidate] = (links, same + 1 if before == links else 1)
        if len(self._led_to) > _MOST_REMEMBERED:
            self._led_to.popitem(last=False)


@dataclass(frozen=True, slots=True)
class DiscoveryLimits:
    """Clicks on one page, and seconds for them."""

    clicks: int = 30
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Discovered:
    """Addresses that clicks would have led to or revealed, how many clicks there were, which cap was hit."""

    links: tuple[str, ...]
    clicks: int
    notes: tuple[str, ...] = ()


async def discover_by_clicking(
    page: DisposablePage,
    host: str,
    *,
    memory: ClickMemory,
    may_click: MayClick,
    limits: DiscoveryLimits | None = None,
) -> Discovered:
    """Click what only a script follows, and note where it leads; the page is no good for reading after that.

    Windows that a click would open are told by the page's notes (`noted_link`). Raises `CdpError`.
    """
    search = _Search(page, host, memory, may_click, limits or DiscoveryLimits())
    return await search.run()


class _Search:
    """The candidates of one page, tried one after the other."""

    def __init__(
        self,
        page: DisposablePage,
        host: str,
        memory: ClickMemory,
        may_click: MayClick,
        limits: DiscoveryLimits,
    ) -> None:
        self._page = page
        self._host = host
        self._memory = memory
        self._may_click = may_click
        self._limits = limits
        self._until = time.monotonic() + limits.seconds
        self._links: dict[str, None] = {}
        self._queue: OrderedDict[Candidate, None] = OrderedDict()
        self._seen: set[Candidate] = set()
        self._clicks = 0

    async def run(self) -> Discovered:
        note = None
        await self._add_candidates()
        while self._queue and note is None:
            candidate, _ = self._queue.popitem(last=False)
            note = self._cap()
            if note is None and not await self._try(candidate):
                await self._page.reload()
                await self._try(candidate)
        return Discovered(tuple(self._links), self._clicks, () if note is None else (note,))

    def _cap(self) -> str | None:
        if self._clicks >= self._limits.clicks:
            return f"links that only scripts follow: stopped after {self._clicks} clicks"
        if time.monotonic() >= self._until:
            return f"links that only scripts follow: stopped after {self._limits.seconds:g} s of clicking"
        return None

    async def _add_candidates(self) -> None:
        for found in await self._ask("candidates", None):
            candidate = Candidate(found["path"], found["label"])
            if candidate in self._seen:
                continue
            self._seen.add(candidate)
            if self._memory.wants(self._host, candidate) and self._may_click(candidate.label, ""):
                self._queue[candidate] = None

    async def _try(self, candidate: Candidate) -> bool:
        """Whether the candidate was there to be clicked."""
        after = await self._ask("tryCandidate", {"path": candidate.path, "label": candidate.label})
        if after["missing"]:
            return False
        self._clicks += 1
        led_to = [*map(str, after["addresses"]), *map(str, after["revealed"])]
        self._links.update(dict.fromkeys(led_to))
        self._memory.note(self._host, candidate, frozenset(led_to))
        if not after["back"]:
            await self._page.reload()
        elif after["changed"]:
            await self._add_candidates()
        return True

    async def _ask(self, call: str, argument: object) -> Any:
        return await self._page.evaluate(expression(*_SCRIPTS, call=call, argument=argument))
