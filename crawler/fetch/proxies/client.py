"""One proxy and the ways that lead through it."""

from __future__ import annotations

import asyncio

from catalog.canonical_url import Site
from crawler.fetch.proxies.connection import ForwardedConnection, Open, ProxyConnection, open_tunnel
from crawler.fetch.proxies.errors import ProxyError, no_answer_in_time, no_tunnel_in_time
from crawler.fetch.proxies.routes import Proxy
from crawler.fetch.proxies.socks import SocksTunnel
from crawler.fetch.proxies.standing import ProxyStanding
from crawler.fetch.stream import ByteStream


class ProxyClient:
    """Opens connections by one proxy. `open_stream` connects to the proxy itself."""

    def __init__(self, proxy: Proxy, open_stream: Open, *, is_rejected: bool = False) -> None:
        self._proxy = proxy
        self._open = open_stream
        self.standing = ProxyStanding(proxy, is_rejected=is_rejected)

    @property
    def forwards(self) -> bool:
        """Whether it takes http requests with the whole URL, as proxies of HTTP do."""
        return self._proxy.scheme != "socks5"

    async def tunnel(self, hostname: str, port: int, seconds: float) -> ByteStream:
        """A stream to a host, whose name the proxy resolves. Raises `ProxyError`."""
        try:
            return await self._tunnel(hostname, port, seconds)
        except ProxyError as error:
            self.standing.failed(error, hostname)
            raise

    async def forwarding(self, site: Site) -> ForwardedConnection:
        """A connection for requests to an http site. Raises `ProxyUnusableError`."""
        try:
            stream = await self._open()
        except ProxyError as error:
            self.standing.failed(error, site.hostname)
            raise
        return ForwardedConnection(self._proxy, self.standing, self._open, stream, site)

    def timed_out(self, site: Site, seconds: float) -> ProxyError:
        """What it means that no answer of a site came in time: the error to raise."""
        worked = self.standing.has_worked
        error = no_answer_in_time(self._proxy, site.host, seconds, worked_before=worked)
        self.standing.failed(error, site.hostname)
        return error

    async def _tunnel(self, hostname: str, port: int, seconds: float) -> ByteStream:
        target = f"{hostname}:{port}"
        try:
            async with asyncio.timeout(seconds):
                if self._proxy.scheme == "socks5":
                    return await self._tunnel_by_socks(hostname, port)
                return await self._tunnel_by_http(target)
        except TimeoutError as error:
            worked = self.standing.has_worked
            raise no_tunnel_in_time(self._proxy, target, seconds, worked_before=worked) from error

    async def _tunnel_by_socks(self, hostname: str, port: int) -> ByteStream:
        stream = await self._open()
        try:
            await SocksTunnel(self._proxy, self.standing, stream, hostname, port).negotiate()
        except BaseException:
            stream.close()
            raise
        return stream

    async def _tunnel_by_http(self, target: str) -> ByteStream:
        connection = ProxyConnection(self._proxy, self.standing, self._open, await self._open())
        try:
            return await open_tunnel(connection, self._proxy, target)
        except BaseException:
            connection.close()
            raise
