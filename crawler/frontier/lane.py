"""A lane: the bounded window of one connector's queued URLs on one host."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from itertools import count

from catalog.task import FetchTask

_ticket = count()


class Lane:
    """URLs of one connector and host, in memory up to a window; the ledger holds the rest.

    Every URL in memory, in flight, or visited but not yet committed is *claimed*: the ledger still calls it
    queued, so a refill must pass it over.
    """

    __slots__ = (
        "_claimed",
        "_closed",
        "_delayed",
        "_left_out",
        "_refilling",
        "_settled",
        "_waiting",
        "backlog",
        "connector_id",
        "host",
    )

    def __init__(self, connector_id: int, host: str) -> None:
        self.connector_id = connector_id
        self.host = host
        self._closed = False
        self.backlog = False  # the ledger holds queued URLs that are not claimed
        self._refilling = False
        self._left_out = False  # a URL was left to the ledger while a refill was being read
        self._settled: list[int] = []  # settled meanwhile: the refill may still call them queued
        self._waiting: deque[FetchTask] = deque()
        self._delayed: list[tuple[float, int, FetchTask]] = []
        self._claimed: set[int] = set()

    @property
    def claimed(self) -> int:
        """How many URLs are claimed."""
        return len(self._claimed)

    @property
    def is_done(self) -> bool:
        """Whether nothing of the lane waits, is in flight, or lies in the ledger."""
        return not self._claimed and not self.backlog and not self._refilling

    def add(self, task: FetchTask, window: int) -> None:
        """Take a newly queued URL into the window, or leave it to the ledger when there is no room.

        While the ledger holds older ones, newer ones stay there too: the order of discovery is kept.
        """
        if self._closed:
            return
        if self.backlog or len(self._waiting) >= window:
            self.backlog = self._left_out = True
        elif task.url_id not in self._claimed:
            self._claimed.add(task.url_id)
            self._waiting.append(task)

    def claim(self, url_id: int) -> bool:
        """Keep refills from a queued URL that is dealt with elsewhere; False where it is claimed already."""
        if url_id in self._claimed:
            return False
        self._claimed.add(url_id)
        return True

    def start_refill(self, below: int) -> bool:
        """Whether the ledger should be asked for more now: it has more, and fewer than `below` wait."""
        if self._refilling or not self.backlog or len(self._waiting) >= below:
            return False
        self._refilling, self._left_out = True, False
        return True

    def refill(self, tasks: Iterable[FetchTask], *, exhausted: bool) -> None:
        """Take what the ledger answered; `exhausted` when it had no more than that."""
        for task in () if self._closed else tasks:
            if task.url_id not in self._claimed:
                self._claimed.add(task.url_id)
                self._waiting.append(task)
        self._claimed.difference_update(self._settled)
        self._settled.clear()
        self._refilling = False
        self.backlog = not self._closed and (self._left_out or not exhausted)

    def take(self, now: float) -> FetchTask | None:
        """The next URL whose turn it is; it stays claimed."""
        if self._delayed and self._delayed[0][0] <= now:
            return heapq.heappop(self._delayed)[2]
        return self._waiting.popleft() if self._waiting else None

    def put_back(self, task: FetchTask) -> None:
        """Return a URL that was taken but not asked for: it is the next again."""
        self._waiting.appendleft(task)

    def delay(self, task: FetchTask, until: float) -> None:
        """Ask for a claimed URL again, not before `until`; a closed lane asks for nothing."""
        if self._closed:
            self._claimed.discard(task.url_id)
            return
        heapq.heappush(self._delayed, (until, next(_ticket), task))

    def settle(self, url_id: int) -> None:
        """The ledger no longer calls this URL queued."""
        if self._refilling:
            self._settled.append(url_id)
        else:
            self._claimed.discard(url_id)

    def ready_at(self) -> float | None:
        """When a URL of the lane can be taken: 0 for now, None when none waits in memory."""
        if self._waiting:
            return 0.0
        return self._delayed[0][0] if self._delayed else None

    def close(self) -> None:
        """Forget what waits in memory and take nothing more; the ledger keeps it queued."""
        self._closed = True
        self._claimed.difference_update(task.url_id for task in self._waiting)
        self._claimed.difference_update(task.url_id for _, _, task in self._delayed)
        self._waiting.clear()
        self._delayed.clear()
        self.backlog = False
