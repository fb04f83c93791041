"""The browser's one way out: a proxy on loopback that opens every connection by the connector's network.

Guard, company proxy and caps hold for each sub-request so, and no name is resolved twice: page routing in the
browser can refuse a URL, but it cannot pin the address that the URL is then connected to. TLS stays between
the browser and the site. A random credential keeps other programs of this machine from using the proxy.
"""

from __future__ import annotations

import asyncio
import secrets
from asyncio import StreamReader, StreamWriter
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from types import TracebackType
from typing import Final, TypeVar

from catalog.canonical_url import Site
from catalog.vocabulary import Reason
from crawler.browser.conversation import Conversation, Ways, answer
from crawler.browser.proxy_request import ProxyRequest
from crawler.browser.relay import Passage
from crawler.fetch.faults import FAULTS, outcome_of
from crawler.fetch.http11 import Http1Connection
from crawler.fetch.network import Network
from crawler.fetch.stream import ByteStream
from crawler.outcome import Failed, Refused

CONNECT_SECONDS: Final = 20.0
FLUSH_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 120.0
MAX_CONNECTIONS: Final = 256
MAX_HEAD_BYTES: Final = 256 * 1024
MAX_PASSAGES: Final = 10_000
OF_CHROMIUM_ITSELF: Final = frozenset(
    {
        "android.clients.google.com",
        "clients1.google.com",
        "clients2.google.com",
        "clients4.google.com",
        "connectivitycheck.gstatic.com",  # asked after a certificate that is not accepted
        "content-autofill.googleapis.com",  # told of the forms that a page has
        "edgedl.me.gvt1.com",
        "mtalk.google.com",
        "optimizationguide-pa.googleapis.com",
        "passwordsleakcheck-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.googleapis.com",
        "update.googleapis.com",
    }
)
"""What Chromium asks its maker on its own account: it is not told where we crawl."""
_USERNAME: Final = "sitelore"
_MAX_FAULTS: Final = 1_000
Opened = TypeVar("Opened", ByteStream, Http1Connection)


class Egress:
    """The proxy of one connector's browser, in use as an asynchronous context.

    `passages` are the latest requests and tunnels, for tests and for the log.
    """

    def __init__(
        self,
        network: Network,
        *,
        idle_seconds: float = IDLE_SECONDS,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._network = network
        self._idle_seconds = idle_seconds
        self._max_connections = max_connections
        self._password = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._faults: OrderedDict[tuple[str, int], Failed | Refused] = OrderedDict()
        self.passages: deque[Passage] = deque(maxlen=MAX_PASSAGES)

    async def __aenter__(self) -> Egress:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=MAX_HEAD_BYTES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def address(self) -> str:
        """Where it listens, such as ``http://127.0.0.1:40123``."""
        assert self._server is not None, "used inside its context"
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password that the proxy asks for; a secret."""
        return _USERNAME, self._password

    def fault_of(self, site: Site) -> Failed | Refused | None:
        """Why the last connection to a site's host and port failed; the browser says only that it did."""
        return self._faults.get((site.hostname, site.port))

    async def aclose(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        for serving in list(self._serving):
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            if len(self._serving) > self._max_connections:
                await answer(writer, HTTPStatus.SERVICE_UNAVAILABLE, "too many connections at once")
            else:
                ways = Ways(self._authorises, self._tunnel, self._http, self._learn, self._idle_seconds)
                await Conversation(ways, reader, writer).hold()
            writer.close()  # what was written is still sent
            async with asyncio.timeout(FLUSH_SECONDS):
                await writer.wait_closed()
        except (ConnectionError, TimeoutError):
            pass  # either side may hang up at any time; the other one is told by the end of its connection
        finally:
            self._serving.discard(task)
            writer.transport.abort()

    def _authorises(self, request: ProxyRequest) -> bool:
        return request.authorises(_USERNAME, self._password)

    async def _tunnel(self, request: ProxyRequest) -> tuple[Passage, ByteStream | Failed | Refused]:
        site = request.site
        return await self._open(
            request, lambda: self._network.connect_raw(site.hostname, site.port, CONNECT_SECONDS)
        )

    async def _http(self, request: ProxyRequest) -> tuple[Passage, Http1Connection | Failed | Refused]:
        return await self._open(request, lambda: self._network.http1(request.site, CONNECT_SECONDS))

    async def _open(
        self, request: ProxyRequest, connect: Callable[[], Awaitable[Opened]]
    ) -> tuple[Passage, Opened | Failed | Refused]:
        """Open the connection that a request needs, and note it."""
        site = request.site
        passage = Passage(request.is_tunnel, site.hostname, site.port)
        self.passages.append(passage)
        if site.hostname in OF_CHROMIUM_ITSELF:
            passage.fault = Refused(Reason.OUT_OF_SCOPE, f"{site.host} serves the browser's maker, no page")
            return passage, passage.fault
        try:
            opened = await connect()
        except FAULTS as error:
            passage.fault = outcome_of(error, _name_of(site))
            self._learn(site, passage.fault)
            return passage, passage.fault
        if request.is_tunnel:
            self._learn(site, None)
        return passage, opened

    def _learn(self, site: Site, fault: Failed | Refused | None) -> None:
        """Keep what the last request to a site came to; None: it was answered."""
        endpoint = (site.hostname, site.port)
        self._faults.pop(endpoint, None)
        if fault is None:
            return
        self._faults[endpoint] = fault
        if len(self._faults) > _MAX_FAULTS:
            self._faults.popitem(last=False)


def _name_of(site: Site) -> str:
    """The host as people write it: a tunnel's port 443 goes without saying."""
    return site.hostname if site.port == 443 else site.host
