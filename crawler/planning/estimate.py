"""How long a crawl takes at the allowed rate, and how much it transfers: from counts per host.

Hosts are asked side by side, so that the slowest one decides; a host is asked once per interval at most, and
not faster than it answers on `concurrency` connections.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ASSUMED_BYTES: Final = 50_000
ASSUMED_MILLISECONDS: Final = 200
"""What a page is taken for while none was fetched."""

AT_A_TIME: Final = 64
"""Requests under way over all hosts (crawler.sync.crawl.CONCURRENCY)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sync comes to: requests for pages and files, bytes when all are sent in full, seconds."""

    pages: int
    bytes: int
    seconds: float
    slowest_host: str | None
    seconds_per_request: float  # at that host


@dataclass(slots=True)
class Estimator:
    """Adds up the pages of a crawl; `interval` is the least time (s) between two requests to a host."""

    interval: float
    concurrency: int
    _pages: dict[str, int] = field(default_factory=dict)
    _delays: dict[str, float] = field(default_factory=dict)
    _sizes: list[int] = field(default_factory=lambda: [0, 0])
    _times: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, host: str, size: int | None, milliseconds: int | None) -> None:
        """Count a page; its size and the time of its fetch where they are known."""
        self._pages[host] = self._pages.get(host, 0) + 1
        if size is not None:
            self._sizes[0] += size
            self._sizes[1] += 1
        if milliseconds is not None:
            self._times[0] += milliseconds
            self._times[1] += 1

    def delay(self, host: str, seconds: float) -> None:
        """Note a host's `Crawl-delay`: the stricter wins."""
        self._delays[host] = seconds

    def estimate(self, most_pages: int, factor: float = 1.0) -> Estimate:
        """The sum; `factor` multiplies what was counted, `most_pages` caps it (`scope.max_pages`)."""
        counted = sum(self._pages.values())
        pages = min(round(counted * factor), most_pages)
        share = pages / counted if counted else 0.0
        mean_bytes = self._sizes[0] / self._sizes[1] if self._sizes[1] else ASSUMED_BYTES
        mean = (self._times[0] / self._times[1] if self._times[1] else ASSUMED_MILLISECONDS) / 1000
        slowest, longest, spacing = None, 0.0, 0.0
        for host, number in self._pages.items():
            each = max(self.interval, self._delays.get(host, 0.0), mean / self.concurrency)
            if number * each > longest:
                slowest, longest, spacing = host, number * each, each
        seconds = max(longest * share, pages * mean / AT_A_TIME)
        return Estimate(pages, round(pages * mean_bytes), seconds, slowest, spacing)
