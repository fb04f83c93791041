"""The requests of one visit: the loader answers each, and whether the page still waits is known."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from crawler.rendering.interception import Paused, is_preflight, preflight_answer
from crawler.rendering.interfaces import Answered, ResourceLoader, Spent, Withheld
from crawler.rendering.page_session import PageSession
from crawler.rendering.sources import SourceLog

_PATIENCE: Final = 1 / 3
"""Of that time, for news that a page asks its server for; what holds up its load has all of it."""
_HOLDS_UP_LOAD: Final = frozenset({"Document", "Stylesheet", "Script"})

_MOST_FRAMES: Final = 50

OnAnswer = Callable[[Paused, Answered], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    since: float
    holds_up_load: bool


class VisitRequests:
    """What a page asks for besides its document; what has no answer after `seconds` gets none."""

    def __init__(
        self, page: PageSession, loader: ResourceLoader, spent: Spent, on_answer: OnAnswer, seconds: float
    ) -> None:
        self._page = page
        self._loader = loader
        self._spent = spent
        self._on_answer = on_answer
        self._seconds = seconds
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()
        page.underway.wake = self._change.set
        self._last_answer = 0.0
        self.count = 0
        self.sources = SourceLog()
        self._frames = 0
        self.notes: dict[str, None] = {}

    def begin(self, paused: Paused) -> None:
        """Have a request answered."""
        if is_preflight(paused.request):
            self._run(self._page.fulfil(paused, preflight_answer(paused.request)))
            return
        self.count += 1
        if paused.request.resource_type == "Document" and not paused.request.is_main_document:
            self._frames += 1
            if self._frames > _MOST_FRAMES:
                self.notes[f"it has more than {_MOST_FRAMES} frames: the rest was left out"] = None
                self._page.fail(paused)
                return
        holds_up = paused.request.resource_type in _HOLDS_UP_LOAD
        self._waiting[paused.id] = _Waiting(time.monotonic(), holds_up)
        self._run(self._load(paused))

    def serve(self, paused: Paused, document: Answered) -> None:
        """Answer with what we have."""
        self._run(self._page.fulfil(paused, document))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _load(self, paused: Paused) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._loader.load(paused.request, self._spent)
        except TimeoutError:
            answer = Withheld("late", f"a request had no answer within {self._seconds:g} s")
        finally:
            self._waiting.pop(paused.id, None)
            self._last_answer = time.monotonic()
            self._change.set()
        self.sources.note(paused.request, answer)
        if isinstance(answer, Withheld):
            if answer.note is not None:
                self.notes[answer.note] = None
            self._page.fail(paused, "Aborted" if paused.request.is_main_document else "BlockedByClient")
            return
        if paused.request.is_main_document and answer.status >= 400:
            self._page.fail(paused, "Aborted")  # what stands in the page is better
            return
        await self._page.fulfil(paused, answer)
        self._on_answer(paused, answer)

    @property
    def is_waited_for(self) -> bool:
        """Whether an answer is still to come that may change the page."""
        now, patience = time.monotonic(), self._seconds * _PATIENCE
        return self._page.underway.has_younger_than(patience) or any(
            each.holds_up_load or now - each.since < patience for each in self._waiting.values()
        )

    def was_answered_within(self, seconds: float) -> bool:
        """Whether the page got an answer so lately that it may not have made anything of it yet."""
        return time.monotonic() - max(self._last_answer, self._page.underway.last_end) < seconds

    async def until_answered(self, seconds: float) -> None:
        """Wait until nothing is waited for, or the time is over."""
        end = time.monotonic() + seconds
        while self.is_waited_for and (left := end - time.monotonic()) > 0:
            self._change.clear()
            try:
                async with asyncio.timeout(min(left, 0.5)):
                    await self._change.wait()
            except TimeoutError:
                continue

    @property
    def note_of_unanswered(self) -> str | None:
        """What is said of a page that is read while it waits for answers."""
        if not self._waiting:
            return None
        return f"{len(self._waiting)} of its requests had no answer when it was read"

    async def stop(self) -> None:
        """Give up whatever is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
