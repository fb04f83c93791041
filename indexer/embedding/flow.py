"""How hard a server is pressed: a limit on requests at a time that yields to 429 and 503, pauses that all
share, and a circuit that opens after repeated failures.

Additive increase, multiplicative decrease, as TCP does (Chiu and Jain 1989); the circuit breaker is Nygard's
(Release It!, 2nd edition, p. 95): closed, open, and half open, when one request tries whether the server is
back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pressure:
    """`most_at_once` requests run side by side. After a failure all wait for `first_pause` seconds, twice as
    long after each further one, `longest_pause` at most. `failures` in a row open the circuit for
    `cooldown` seconds."""

    most_at_once: int
    first_pause: float
    longest_pause: float
    failures: int
    cooldown: float


class CircuitOpenError(Exception):
    """The server failed repeatedly and is left alone for `seconds` more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not asked for {seconds:.0f} s")
        self.seconds: Final = seconds


class Flow:
    """Lets requests to one server through; any thread may call."""

    def __init__(self, pressure: Pressure, clock: Callable[[], float] = time.monotonic) -> None:
        self._pressure: Final = pressure
        self._clock: Final = clock
        self._changed: Final = threading.Condition()
        self._limit = float(pressure.most_at_once)
        self._active = 0
        self._failures = 0
        self._resume_at = 0.0
        self._open_until = 0.0
        self._closed = False

    @property
    def limit(self) -> int:
        """How many requests may run at a time now."""
        return int(self._limit)

    def enter(self, *, patient: bool = True) -> None:
        """Wait for a place, then take it; give it back by `succeeded`, `failed` or `left`.

        Raises `CircuitOpenError` while the circuit is open, and, unless `patient`, instead of waiting.
        """
        with self._changed:
            while True:
                now = self._clock()
                if self._closed:
                    raise CircuitOpenError(0.0)
                if now < self._open_until:
                    raise CircuitOpenError(self._open_until - now)
                wait = self._resume_at - now
                if wait <= 0 and self._active < self.limit:
                    self._active += 1
                    return
                if not patient:
                    raise CircuitOpenError(max(wait, 1.0))
                self._changed.wait(max(wait, 0.001) if wait > 0 else None)

    def succeeded(self) -> None:
        """The server answered as it should."""
        with self._changed:
            self._failures = 0
            self._limit = min(self._pressure.most_at_once, self._limit + 1 / self._limit)
            self._leave()

    def failed(self, wait: float | None = None) -> None:
        """The server did not; `wait` is how many seconds it asked to be left alone."""
        pressure = self._pressure
        with self._changed:
            now = self._clock()
            self._failures += 1
            self._limit = max(1.0, self._limit / 2)
            backoff = pressure.first_pause * 2.0 ** min(self._failures - 1, 30)
            self._resume_at = max(self._resume_at, now + (wait or min(backoff, pressure.longest_pause)))
            if self._failures >= pressure.failures or (wait or 0) > pressure.longest_pause:
                self._limit = 1.0  # the first one through, once the circuit is half open, goes alone
                self._open_until = now + max(wait or 0, pressure.cooldown)
                self._resume_at = 0.0
            self._leave()

    def left(self) -> None:
        """The request was refused for what it asks: that says nothing of the server's health."""
        with self._changed:
            self._leave()

    def close(self) -> None:
        """Let nobody through any more; who waits gets `CircuitOpenError`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _leave(self) -> None:
        self._active -= 1
        self._changed.notify_all()
