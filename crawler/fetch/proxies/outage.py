"""When a proxy counts as lost: failures that are its own, one after the other, with no success between them.

A crawl by a lost proxy ends with one sentence instead of failing URL by URL.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from crawler.fetch.proxies.errors import ProxyClosedError, ProxyError, ProxyLoginError, ProxyUnusableError

PATIENCE_SECONDS: Final = 2.5
"""How long a proxy may fail that never let anything through: less than what three attempts take."""

PATIENCE_WITH_A_GOOD_ONE_SECONDS: Final = 5.0
"""How long one may fail that has worked in this run: it may be starting anew."""

_OWN_FAULTS: Final = (ProxyUnusableError, ProxyLoginError, ProxyClosedError)


class Outage:
    """The failures of one proxy since it last let something through. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._hosts: set[str] = set()
        self.has_passed = False
        """Whether the proxy ever let anything through, or said of a site why it does not."""
        self.trouble: str | None = None
        """The last failure, in one sentence, if it has not worked since."""
        self.is_lost = False
        """Whether there is no use in asking it for anything more."""

    def passed(self) -> None:
        """The proxy did its work, be it that it cannot reach a site or does not allow it."""
        self.has_passed = True
        self.is_lost = False
        self.trouble = None
        if self._since is not None:
            self._since = None
            self._hosts.clear()

    def failed(self, error: ProxyError, host: str, *, is_final: bool = False) -> None:
        """A request for a host came to nothing. `is_final`: no other one could come to anything.

        Credentials that are missing or wrong are a matter of the whole proxy, as long as it let nobody
        through without. A connection that it closed may be one host's trouble: it takes two hosts.
        """
        if not isinstance(error, _OWN_FAULTS):
            return
        now = self._clock()
        self._since = now if self._since is None else self._since
        self._hosts.add(host)
        self.trouble = str(error)
        if is_final or (isinstance(error, ProxyLoginError) and not self.has_passed):
            self.is_lost = True
        elif not isinstance(error, ProxyClosedError) or len(self._hosts) > 1:
            self.is_lost = now - self._since >= self._patience

    @property
    def _patience(self) -> float:
        return PATIENCE_WITH_A_GOOD_ONE_SECONDS if self.has_passed else PATIENCE_SECONDS
