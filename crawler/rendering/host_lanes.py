"""How many things all pages ask of a host at once, and hosts that want to be left alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from weakref import WeakValueDictionary

from crawler.rendering.interfaces import Answered
from crawler.rules.retry import answered_at, retry_after_seconds

_BUSY: Final = frozenset({429, 503})
_BUSY_SECONDS: Final = 5.0
"""How long a host is left alone that answers 429 and does not say for how long."""


class HostLanes:
    """`per_host` requests at once, none to a host that said `Retry-After` until then."""

    def __init__(self, per_host: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_host = per_host
        self._clock = clock
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._left_alone: dict[str, float] = {}

    def lane(self, host: str) -> asyncio.Semaphore:
        """What a request to a host goes through."""
        lane = self._lanes.get(host)
        if lane is None:
            lane = self._lanes[host] = asyncio.Semaphore(self._per_host)
        return lane

    def is_left_alone(self, host: str) -> bool:
        """Whether a host is not to be asked now."""
        if host in self._left_alone and self._left_alone[host] <= self._clock():
            del self._left_alone[host]
        return host in self._left_alone

    def learn(self, host: str, answer: Answered) -> None:
        """Take note of what an answer says of the host's load (RFC 6585 section 4)."""
        if answer.status not in _BUSY:
            return
        headers = dict(reversed(answer.headers))  # of a name that stands twice the first
        now = answered_at(headers.get("date"), datetime.now(UTC))
        seconds = retry_after_seconds(headers.get("retry-after"), now)
        if seconds is None and answer.status == 429:
            seconds = _BUSY_SECONDS
        if seconds:
            self._left_alone[host] = max(self._left_alone.get(host, 0.0), self._clock() + seconds)
