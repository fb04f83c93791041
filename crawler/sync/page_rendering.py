"""Which pages of a connector are opened in a browser, by its `render` setting and by what was learned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from catalog.task import FetchTask
from catalog.vocabulary import ALLOWED, Decision
from crawler.outcome import HtmlFetched, Outcome
from crawler.rendering.auto.decisions import Decisions
from crawler.rendering.interfaces import Turn
from crawler.rendering.rendered import RenderOutcome, RenderRequest
from crawler.rendering.resources import MayFetch
from crawler.rendering.sources import Source
from settings.render import RenderMode

SHELL_SECONDS: Final = 600.0
"""How long the document that all routes of a script share is taken for what it was."""
BELIEVED_SECONDS: Final = 60.0
"""After a false alarm a session is believed to live for so long, whatever its pages' scripts are refused."""
MOST_SHELLS: Final = 100


class RendersPages(Protocol):
    """Opens pages in a browser."""

    async def render(self, request: RenderRequest) -> RenderOutcome:
        """Show a page; whatever happens in it is an outcome."""

    async def sources_stand(self, sources: Sequence[Source], url: str, generation: int) -> bool:
        """Whether all that a page was made of is what it was."""

    async def aclose(self) -> None:
        """End the browser."""


async def _at_once(_host: str) -> None:
    """Before the crawl begins nothing is asked for."""


async def _everything(_url: str) -> Decision:
    return ALLOWED


class Manners:
    """How what pages ask for is asked: what the crawl wants is known when it begins, by `use`."""

    def __init__(self) -> None:
        self._turn: Turn = _at_once
        self._may_fetch: MayFetch = _everything

    def use(self, turn: Turn, may_fetch: MayFetch) -> None:
        """Take turns and ask robots.txt so from now on."""
        self._turn, self._may_fetch = turn, may_fetch

    async def turn(self, host: str) -> None:
        """Return when the host may be asked once more."""
        await self._turn(host)

    async def may_fetch(self, url: str) -> Decision:
        """What robots.txt says."""
        return await self._may_fetch(url)


@dataclass(slots=True)
class PageRendering:
    """How one connector's pages are rendered.

    `renderer` is None where there is no browser on this machine; `missing` says so then, and how to install
    one. `rendered` counts pages that were read as the browser showed them, `wanting` those that want a
    browser and were read without one.
    """

    mode: RenderMode
    decisions: Decisions
    renderer: RendersPages | None
    manners: Manners = field(default_factory=Manners)
    missing: str = ""
    rendered: int = 0
    wanting: int = 0
    _believed_until: float = 0.0
    _shells: dict[tuple[str, int], _Shell] = field(default_factory=dict)

    def expects_browser(self, url: str) -> bool:
        """Whether a page will be rendered: then neither a 304 nor an equal body says that it stands."""
        if self.renderer is None:
            return False
        return self.mode is RenderMode.ALWAYS or "#" in url or self.decisions.expects_browser(url)

    async def shell(
        self, task: FetchTask, generation: int, fetch: Callable[[FetchTask], Awaitable[Outcome]]
    ) -> Outcome:
        """The document behind a script's route: fetched once for all its routes, under one session."""
        key = (task.url.partition("#")[0], generation)
        shell = self._shells.get(key)
        if shell is None or shell.fetched_at < time.monotonic() - SHELL_SECONDS:
            while len(self._shells) >= MOST_SHELLS:
                del self._shells[next(iter(self._shells))]
            shell = self._shells[key] = _Shell()
        async with shell.lock:
            if shell.document is not None:
                return shell.document
            outcome = await fetch(task)
            if isinstance(outcome, HtmlFetched):
                shell.document, shell.fetched_at = outcome, time.monotonic()
            else:
                self._shells.pop(key, None)
            return outcome

    def is_doubtful(self, now: float) -> bool:
        """Whether a refusal that a script met is a reason to ask if the session still lives."""
        return now >= self._believed_until

    def believe(self, now: float) -> None:
        """The session was alive: scripts are refused some things anyway."""
        self._believed_until = now + BELIEVED_SECONDS

    @property
    def warnings(self) -> tuple[str, ...]:
        """What those are told who read the summary."""
        if not self.wanting:
            return ()
        pages = "1 page wants" if self.wanting == 1 else f"{self.wanting:,} pages want"
        return (f"{pages} a browser and may lack content: {self.missing}",)

    async def aclose(self) -> None:
        """End the browser."""
        if self.renderer is not None:
            await self.renderer.aclose()


@dataclass(slots=True)
class _Shell:
    document: HtmlFetched | None = None
    fetched_at: float = field(default_factory=time.monotonic)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
