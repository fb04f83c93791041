"""One proxy and the ways that lead through it."""

from __future__ import annotations

import asyncio

from crawler.fetch.proxies.connection import ForwardedConnection, Open, ProxyConnection, open_tunnel
from crawler.fetch.proxies.errors import too_slow
from crawler.fetch.proxies.routes import Proxy
from crawler.fetch.proxies.socks import SocksTunnel
from crawler.fetch.proxies.standing import ProxyStanding
from crawler.fetch.stream import ByteStream
from crawler.rules.canonical_url import Site


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
        target = f"{hostname}:{port}"
        try:
            async with asyncio.timeout(seconds):
                if self._proxy.scheme == "socks5":
                    return await self._tunnel_by_socks(hostname, port)
                return await self._tunnel_by_http(target)
        except TimeoutError as error:
            raise too_slow(self._proxy, target, seconds) from error

    async def forwarding(self, site: Site) -> ForwardedConnection:
        """A connection for requests to an http site. Raises `ProxyUnusableError`."""
        return ForwardedConnection(self._proxy, self.standing, self._open, await self._open(), site)

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
