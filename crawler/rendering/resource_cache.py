"""What pages have in common, in memory: bounded, and each fetched once however many pages want it at once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Final

from crawler.rendering.interfaces import Answered, Withheld

MAX_BYTES: Final = 64 << 20
MAX_ENTRY_BYTES: Final = 4 << 20
_OVERHEAD_BYTES: Final = 1_024
"""What an entry takes besides its body: its headers and keys, roughly."""

Brings = Callable[[], Coroutine[Any, Any, Answered | Withheld]]


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Answered
    ends: float

    @property
    def size(self) -> int:
        return len(self.answer.body) + _OVERHEAD_BYTES


class _Flight:
    """A request under way, and how many pages wait for it."""

    __slots__ = ("task", "waiting")

    def __init__(self, task: asyncio.Task[Answered | Withheld]) -> None:
        self.task = task
        self.waiting = 0


class ResourceCache:
    """Answers by key; beyond `max_bytes` those go that were not asked for the longest time."""

    def __init__(
        self,
        *,
        max_bytes: int = MAX_BYTES,
        max_entry_bytes: int = MAX_ENTRY_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes = max_bytes
        self._max_entry_bytes = max_entry_bytes
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}
        self.bytes = 0

    def get(self, key: Hashable) -> Answered | None:
        """What is kept and still fresh."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.ends <= self._clock():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry.answer

    def put(self, key: Hashable, answer: Answered, seconds: float) -> None:
        """Keep an answer for so long, without the cookies that it sets."""
        headers = tuple(each for each in answer.headers if each[0] != "set-cookie")
        entry = _Entry(Answered(answer.status, headers, answer.body), self._clock() + seconds)
        if seconds <= 0 or entry.size > self._max_entry_bytes:
            return
        self._drop(key)
        self._entries[key] = entry
        self.bytes += entry.size
        while self.bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    async def once(self, key: Hashable, bring: Brings) -> Answered | Withheld:
        """Bring it, or wait for who brings the same already.

        Whoever waits may be cancelled without harm to the others; when nobody waits any more, so is the
        request.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(bring()))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.task.cancel()  # of no effect where it is done
                if self._flights.get(key) is flight:
                    del self._flights[key]

    def clear(self) -> None:
        """Forget what is kept."""
        self._entries.clear()
        self.bytes = 0

    def _drop(self, key: Hashable) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self.bytes -= entry.size
