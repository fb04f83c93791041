"""What one proxy thinks of us: lockout protection for its credentials, shared by all connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from crawler.fetch.proxies.errors import ProxyError, ProxyLoginError, credentials_rejected
from crawler.fetch.proxies.outage import Outage
from crawler.fetch.proxies.routes import Proxy

MOST_REJECTIONS: Final = 2
"""So many rejections without a success between them, and nothing more is sent to the proxy."""


class ProxyStanding:
    """Until the proxy has accepted the credentials once, one connection at a time may try them.

    Connections that were under way when accepted credentials stop working are answered too: they cannot be
    called back.
    """

    def __init__(self, proxy: Proxy, *, is_rejected: bool = False) -> None:
        self._proxy = proxy
        self._rejections = MOST_REJECTIONS if is_rejected else 0
        self._is_proven = proxy.credentials is None
        self._turn = asyncio.Lock()
        self.has_worked = False
        """Whether it ever answered as a proxy does."""
        self.outage = Outage()

    @property
    def is_open(self) -> bool:
        """Whether it may be asked without waiting for a turn."""
        return self._is_proven

    @property
    def is_rejected(self) -> bool:
        """Whether it rejected the credentials so often that nothing more is sent."""
        return self._rejections >= MOST_REJECTIONS

    @property
    def was_rejected(self) -> bool:
        """Whether the credentials were rejected, and not accepted since: no later run need try them."""
        return self._rejections > 0

    def failed(self, error: ProxyError, host: str) -> None:
        """A request for a host came to nothing by this proxy."""
        is_final = isinstance(error, ProxyLoginError) and self.is_rejected
        self.outage.failed(error, host, is_final=is_final)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the permission to use the credentials. Raises `ProxyLoginError` once they are rejected."""
        if self._is_proven:
            yield
            return
        async with self._turn:
            if self.is_rejected:
                raise credentials_rejected(self._proxy, is_final=True)
            yield

    def accepted(self) -> None:
        """The proxy took the credentials."""
        self._is_proven = True
        self._rejections = 0

    def rejected(self) -> ProxyLoginError:
        """The proxy rejected the credentials: the error to raise."""
        self._is_proven = False
        self._rejections += 1
        return credentials_rejected(self._proxy, is_final=self.is_rejected)
