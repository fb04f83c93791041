"""The connections to each site, kept open between requests; those of sites long not asked are closed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import httpcore2

from catalog.canonical_url import Site
from crawler.fetch.http2 import Http2Exchange
from crawler.fetch.http11 import Http1Connection
from crawler.fetch.network import Network

MAX_OPEN_SITES = 200

Lane = Http1Connection | Http2Exchange
"""What carries one exchange at a time: a whole connection, or a stream of a shared one."""


class SiteClient:
    """The connections to one origin; TLS negotiates whether they speak HTTP/1.1 or HTTP/2.

    How many requests go to a host at once is for politeness to say, not for the client.
    """

    def __init__(self, site: Site, network: Network) -> None:
        self.site = site
        self._network = network
        self._idle: list[Http1Connection] = []
        self._shared: httpcore2.AsyncHTTP2Connection | None = None
        self._speaks_http1 = site.scheme == "http"
        self._negotiating = asyncio.Lock()
        self._lanes_in_use = 0

    @property
    def is_idle(self) -> bool:
        """Whether no exchange is under way."""
        return self._lanes_in_use == 0

    async def lane(self) -> Lane:
        """A connection that waits, or a new one; it must come back by `release`.

        Raises what `Network.connect` raises.
        """
        self._lanes_in_use += 1
        try:
            while self._idle:
                connection = self._idle.pop()
                if connection.is_reusable:
                    return connection
                connection.close()
            if self._speaks_http1:
                return await self._network.http1(self.site)
            # One at a time until it is known whether they can share a connection.
            async with self._negotiating:
                return await self._negotiated()
        except BaseException:
            self._lanes_in_use -= 1
            raise

    async def release(self, lane: Lane) -> None:
        """Take a lane back: kept where another request may follow on it, else closed."""
        self._lanes_in_use -= 1
        if isinstance(lane, Http2Exchange):
            await lane.close()
        elif lane.is_reusable:
            self._idle.append(lane)
        else:
            lane.close()

    def close_idle(self) -> None:
        """Close the HTTP/1.1 connections that wait."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def aclose(self) -> None:
        """Close all that wait, and the shared connection."""
        self.close_idle()
        if self._shared is not None:
            await self._shared.aclose()
            self._shared = None

    async def _negotiated(self) -> Lane:
        if self._shared is not None:
            if self._shared.is_available() and not self._shared.has_expired():
                return Http2Exchange(self._shared, self.site, served_before=True)
            if self._shared.is_idle():
                await self._shared.aclose()
            self._shared = None
        stream = await self._network.connect(self.site)
        if stream.negotiated_protocol != "h2":
            self._speaks_http1 = True
            return Http1Connection(stream)
        origin = httpcore2.Origin(b"https", self.site.hostname.encode(), self.site.port)
        self._shared = httpcore2.AsyncHTTP2Connection(origin, stream)
        return Http2Exchange(self._shared, self.site, served_before=False)


class SiteClients:
    """A small client for each origin, so that a look for a free connection never passes other sites'."""

    def __init__(self, network: Network, max_open: int = MAX_OPEN_SITES) -> None:
        self._network = network
        self._max_open = max_open
        self._clients: OrderedDict[str, SiteClient] = OrderedDict()

    async def client(self, site: Site) -> SiteClient:
        """The client of an origin. Beyond `max_open` the one that was asked least recently is closed."""
        client = self._clients.get(site.origin)
        if client is not None:
            self._clients.move_to_end(site.origin)
            return client
        client = self._clients[site.origin] = SiteClient(site, self._network)
        if len(self._clients) > self._max_open:
            await self._close_one()
        return client

    async def aclose(self) -> None:
        """Close everything."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def _close_one(self) -> None:
        for origin, client in self._clients.items():
            if client.is_idle:
                del self._clients[origin]
                await client.aclose()
                return
