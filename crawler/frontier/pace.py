"""Politeness: when, and how many at a time, requests to one host may start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

JITTER_SECONDS: Final = 0.0005
"""What a busy machine may take between this clock and the wire, one time more than the other."""


@dataclass(slots=True)
class Pace:
    """The pace of one host, shared by every connector that crawls it; the stricter wish wins.

    `interval` is the least number of seconds between the starts of two requests (0: no limit), and
    `concurrency` the most requests at a time. Times are seconds of a monotonic clock.
    """

    interval: float
    concurrency: int
    next_start: float = -math.inf
    in_flight: int = 0

    @property
    def has_room(self) -> bool:
        """Whether another request may run beside those in flight."""
        return self.in_flight < self.concurrency

    def tighten(self, interval: float, concurrency: int) -> None:
        """Take another wish into account; a pace never gets faster by it."""
        if interval > self.interval:
            # The request before was spaced for the faster pace.
            self.next_start += interval - self.interval
            self.interval = interval
        self.concurrency = min(self.concurrency, concurrency)

    def start(self, now: float) -> None:
        """A request starts."""
        self.in_flight += 1
        self.next_start = now + self.interval

    def begun(self, now: float) -> None:
        """The request really leaves now, a little after that was decided: the interval counts from here."""
        if self.interval:
            self.next_start = max(self.next_start, now + self.interval + JITTER_SECONDS)

    def reserve(self, now: float) -> float:
        """When a request besides the tasks' may leave; the next one counts its interval from there."""
        start = max(now, self.next_start)
        self.next_start = start + self.interval
        return start

    def finish(self) -> None:
        """A request ended, whatever its outcome."""
        self.in_flight -= 1

    def take_back(self, now: float) -> None:
        """What started turned out to need no request: the next one need not wait for it."""
        self.in_flight -= 1
        self.next_start = min(self.next_start, now)

    def pause(self, until: float) -> None:
        """No request before `until`, as a `Retry-After` asked."""
        self.next_start = max(self.next_start, until)
