"""What a page is loading, by its own account: told before it tells anything that it did afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_CHANGES_NOTHING: Final = frozenset({"CSPViolationReport", "Font", "Image", "Media", "Ping", "Prefetch"})
"""By DevTools' words: what no text of a page waits for."""


class Underway:
    """Requests from `Network.requestWillBeSent` to `Network.loadingFinished` or ``loadingFailed``.

    A request reaches us by the browser's own process, and so may its answer reach the page: on a busy machine
    the page says meanwhile that it is at rest. `wake` is called at each end.
    """

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self.last_end = 0.0
        self.wake: Callable[[], None] = lambda: None

    def begin(self, request: str, kind: str) -> None:
        """A request was made; a redirect is the same one."""
        if kind not in _CHANGES_NOTHING:
            self._since.setdefault(request, time.monotonic())

    def end(self, request: str) -> None:
        """A request was answered, or failed."""
        if self._since.pop(request, None) is not None:
            self.last_end = time.monotonic()
            self.wake()

    def clear(self) -> None:
        """Another document came."""
        self._since.clear()
        self.wake()

    def has_younger_than(self, seconds: float) -> bool:
        """Whether anything is under way that was begun so lately."""
        now = time.monotonic()
        return any(now - since < seconds for since in self._since.values())
