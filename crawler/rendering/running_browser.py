"""A browser in use: contexts for sessions, pages in them, windows closed, memory watched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from crawler.browser.executable import BrowserError
from crawler.rendering import memory
from crawler.rendering.cdp import CdpError, Parameters
from crawler.rendering.chromium import launch_rendering_browser
from crawler.rendering.interfaces import PreparesContext
from crawler.rendering.page_scripts import on_new_document
from crawler.rendering.page_session import PageSession

_WATCH_SECONDS: Final = 0.5
_MOST_EACH: Final = 450_000_000
_MOST_TOGETHER: Final = 800_000_000
"""Bytes that renderers hold by themselves; what all processes share comes on top, about 150 MB."""
_CRASH_SECONDS: Final = 2.0
"""The browser tells by then that a process was ended."""
OUTGROWN: Final = "its process took too much memory"


@dataclass(slots=True)
class _Context:
    """A browser context: the cookies and the storage of one session."""

    id: str
    scripts: Sequence[str]
    pages: set[PageSession] = field(default_factory=set)


class RunningBrowser:
    """A Chromium until `aclose`; `loads` counts the pages that it showed."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        self._flags = flags
        self._stack = AsyncExitStack()
        self._contexts: dict[Hashable, _Context] = {}
        self._making = asyncio.Lock()
        self._pages: dict[str, PageSession] = {}
        self._watch: asyncio.Task[None] | None = None
        self._ended_for_memory: list[float] = []
        self.loads = 0
        self.mark = ""

    async def start(self) -> None:
        """Start it. Raises `BrowserError`."""
        browser = await self._stack.enter_async_context(launch_rendering_browser(self._flags))
        self._connection = browser.connection
        self.mark = browser.mark
        self._connection.listen("", self._on_event)
        try:
            await self._connection.send(
                "Target.setDiscoverTargets", {"discover": True, "filter": [{"type": "page"}]}
            )
        except CdpError as error:
            await self.aclose()
            raise BrowserError(f"the browser ended at its start: {error}") from error
        self._watch = asyncio.ensure_future(self._watch_memory())

    @property
    def is_gone(self) -> bool:
        """Whether it ended by itself."""
        return self._connection.closed.is_set()

    async def aclose(self) -> None:
        """End it, and all of its processes."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._stack.aclose()

    async def open_page(
        self, owner: Hashable, generation: int, prepare: PreparesContext | None
    ) -> PageSession:
        """A new page in the context of an owner's session, made where it is missing. Raises `CdpError`."""
        key = (owner, generation)
        async with self._making:
            context = self._contexts.get(key)
            if context is None:
                context = self._contexts[key] = await self._make_context(generation, prepare)
        page = await PageSession.open(self._connection, context.id, context.scripts)
        page.why_crashed = self._why_crashed
        self._pages[page.target] = page
        context.pages.add(page)
        return page

    async def _make_context(self, generation: int, prepare: PreparesContext | None) -> _Context:
        made = await self._connection.send("Target.createBrowserContext", {"disposeOnDetach": True})
        context = made["browserContextId"]
        denied = {"behavior": "deny", "browserContextId": context}
        await self._connection.send("Browser.setDownloadBehavior", denied)
        scripts = [] if prepare is None else await prepare(self._connection, context, generation)
        return _Context(context, (on_new_document(), *scripts))

    def close_page(self, page: PageSession) -> None:
        """Have a page closed; the context of a session goes with its last page."""
        page.close()
        self._pages.pop(page.target, None)
        for key, context in list(self._contexts.items()):
            if page in context.pages:
                context.pages.discard(page)
                if not context.pages:
                    del self._contexts[key]
                    self._connection.tell("Target.disposeBrowserContext", {"browserContextId": context.id})

    def _on_event(self, method: str, parameters: Parameters) -> None:
        if method == "Target.targetCreated":
            info = parameters["targetInfo"]
            if info["type"] == "page" and "openerId" in info:
                self._connection.tell("Target.closeTarget", {"targetId": info["targetId"]})
        elif method in {"Target.targetDestroyed", "Target.targetCrashed"}:
            page = self._pages.pop(parameters["targetId"], None)
            if page is not None and page.lost is None:
                page.lose(self._why_crashed() if method.endswith("Crashed") else "it closed itself")

    def _why_crashed(self) -> str:
        """Each process that was ended for its memory is told of once, soon."""
        now = time.monotonic()
        recent = [ended for ended in self._ended_for_memory if now - ended < _CRASH_SECONDS]
        self._ended_for_memory = recent[1:]
        return OUTGROWN if recent else "it crashed"

    async def _watch_memory(self) -> None:
        while not self.is_gone:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                found = await self._connection.send("SystemInfo.getProcessInfo")
            except CdpError:
                continue  # it is about to end, or busy: asked again
            renderers = [each["id"] for each in found["processInfo"] if each["type"] == "renderer"]
            held = memory.held_by(renderers)
            for process in memory.too_large(held, _MOST_EACH, _MOST_TOGETHER):
                self._ended_for_memory.append(time.monotonic())
                memory.end(process)
