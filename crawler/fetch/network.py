"""The one way out: directly, to an address that the guard allowed, or by the connector's proxy.

Directly, the connection is made to the very address that was checked, so that a name cannot be rebound
between the check and the connection; TLS (SNI, certificate) and the Host header keep the name.

By a proxy, names are the proxy's to resolve, and what it may reach is its administrator's to say. The guard
still decides about addresses that stand in a URL and about names that mean this machine or a cloud's metadata
service, as if they were reached directly. The proxy's own address comes from the configuration: that
connection is not asked about, and no other one gains from it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.canonical_url import Site
from catalog.vocabulary import Decision
from crawler.fetch.http11 import Http1Connection
from crawler.fetch.proxies.bypass import is_localhost
from crawler.fetch.proxies.client import ProxyClient
from crawler.fetch.proxies.environment import environment_routes
from crawler.fetch.proxies.errors import ProxyRefusedError, unreachable
from crawler.fetch.proxies.routes import NO_PROXIES, Proxy, ProxyRoutes, Route, configured_routes
from crawler.fetch.stream import ByteStream
from crawler.fetch.tls import ClientCertificate, TlsContexts
from crawler.rules.guard import Guard
from crawler.rules.registrable_domain import is_ip_address
from settings.connector import ConnectorSettings

CONNECT_SECONDS: Final = 15.0
PROXY_SECONDS: Final = 8.0
"""For the connection to a proxy itself: less than any request has, so that it is the proxy that is named."""
NAMES_ARE_KEPT_SECONDS = 60.0
_NAMES_KEPT = 4_096


_METADATA_NAMES: Final[Mapping[str, str]] = dict.fromkeys(
    ("metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"),
    "169.254.169.254",
)
"""Names of cloud metadata services: a proxy in the same cloud resolves them, too."""


class NameNotResolvedError(OSError):
    """The resolver knows no address for the name."""


class AddressForbiddenError(OSError):
    """The guard refuses every address of the host; `decision` is what it said of the first."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.rule)
        self.decision = decision


@dataclass(frozen=True, slots=True)
class _Answer:
    addresses: tuple[str, ...]
    expires: float


class Resolver:
    """Name resolution by the system, each answer kept for a minute (bounded, least recently used out)."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    async def addresses(self, hostname: str) -> tuple[str, ...]:
        """The addresses of a WHATWG host name, in the system's order of preference (RFC 6724).

        Raises `NameNotResolvedError`.
        """
        name = hostname.strip("[]")
        if is_ip_address(name):
            return (name,)
        known = self._answers.get(name)
        if known is not None and known.expires > time.monotonic():
            self._answers.move_to_end(name)
            return known.addresses
        try:
            found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameNotResolvedError(f"{error}") from error
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        self._answers[name] = _Answer(addresses, time.monotonic() + NAMES_ARE_KEPT_SECONDS)
        if len(self._answers) > _NAMES_KEPT:
            self._answers.popitem(last=False)
        return addresses


class Network:
    """Opens the connections of one connector.

    `tls` is used for https alone. `pinned_origins` have logins that authenticate a connection (NTLM,
    Negotiate): by an HTTP proxy, http ones are reached through a tunnel where the proxy allows it.
    `rejected` are proxies that rejected their credentials in a former run: nothing is sent to them.
    """

    def __init__(
        self,
        guard: Guard,
        tls: ssl.SSLContext | TlsContexts,
        resolver: Resolver | None = None,
        *,
        routes: ProxyRoutes = NO_PROXIES,
        pinned_origins: Collection[str] = (),
        rejected: Collection[Proxy] = (),
    ) -> None:
        self._guard = guard
        self._tls = tls if isinstance(tls, TlsContexts) else TlsContexts(tls, tls)
        self._resolver = resolver or Resolver()
        self._routes = routes
        self._tunnelled = set(pinned_origins)
        self._proxies = {proxy: self._client_of(proxy, proxy in rejected) for proxy in routes.proxies}

    @classmethod
    def for_connector(
        cls,
        connector: ConnectorSettings,
        guard: Guard,
        *,
        pinned_origins: Collection[str] = (),
        client_certificates: Mapping[str, ClientCertificate] | None = None,
        rejected: Collection[Proxy] = (),
        environ: Mapping[str, str] = os.environ,
    ) -> Network:
        """The way out that a connector's `proxy` and `tls` describe, or the environment without `proxy`.

        `pinned_origins` are those of logins by NTLM, Negotiate or Kerberos; `client_certificates` by origin.
        Raises `CertificateError` and `ProxyVariableError`, both `OSError` with one sentence that names the
        setting.
        """
        tls = TlsContexts.for_settings(
            connector.tls, http1_origins=pinned_origins, client_certificates=client_certificates
        )
        proxy = connector.proxy
        routes = environment_routes(environ) if proxy is None else configured_routes(proxy)
        return cls(guard, tls, routes=routes, pinned_origins=pinned_origins, rejected=rejected)

    @property
    def rejecting_proxies(self) -> tuple[Proxy, ...]:
        """The proxies that rejected their credentials, be it once: a run may end before the second time."""
        return tuple(proxy for proxy, client in self._proxies.items() if client.standing.was_rejected)

    @property
    def fault(self) -> str | None:
        """Why nothing more can be reached by a proxy of this connector, in one sentence, if so."""
        lost = (client.standing.outage for client in self._proxies.values())
        return next((outage.trouble for outage in lost if outage.is_lost), None)

    @property
    def trouble(self) -> str | None:
        """What a proxy failed at last, in one sentence, if it has not worked since."""
        outages = (client.standing.outage for client in self._proxies.values())
        return next((outage.trouble for outage in outages if outage.trouble is not None), None)

    def explained(self, error: BaseException, site: Site, seconds: float) -> BaseException:
        """The same error; where the time of a request by a proxy is over, one that names the proxy."""
        if not isinstance(error, TimeoutError) or not self._proxies:
            return error
        route = self._routes.route(site.scheme, site.hostname, site.port)
        return self._proxies[route].timed_out(site, seconds) if isinstance(route, Proxy) else error

    async def connect(self, site: Site, seconds: float = CONNECT_SECONDS) -> ByteStream:
        """A connection to the site's host, encrypted for https.

        Directly, its allowed addresses are tried in turn, sharing the time; by a proxy it is a tunnel, also
        for http, which many proxies allow for port 443 alone: `http1` knows another way then.
        Raises `NameNotResolvedError`, `AddressForbiddenError`, `ProxyError`, `TimeoutError`, `ssl.SSLError`
        and `OSError`.
        """
        tls = self._tls.for_origin(site.origin) if site.scheme == "https" else None
        proxy = self._proxy_to(site.scheme, site.hostname, site.port)
        if proxy is None:
            return await self._connect_directly(site.hostname, site.port, seconds, tls)
        stream = await proxy.tunnel(site.hostname, site.port, seconds)
        if tls is not None:
            async with asyncio.timeout(seconds):
                await stream.start_tls(tls, site.hostname.strip("[]"))
        return stream

    async def connect_raw(
        self, hostname: str, port: int, seconds: float, *, scheme: str = "https"
    ) -> ByteStream:
        """A connection without TLS of ours, for the browser, which speaks TLS itself. Raises as `connect`.

        `scheme` is that of the URL, by which the environment may name another proxy.
        """
        proxy = self._proxy_to(scheme, hostname, port)
        if proxy is None:
            return await self._connect_directly(hostname, port, seconds, None)
        return await proxy.tunnel(hostname, port, seconds)

    async def http1(self, site: Site, seconds: float = CONNECT_SECONDS) -> Http1Connection:
        """A connection for HTTP/1.1 with the site: a stream to it, or one whose requests a proxy sends on.

        Raises as `connect`; requests on it may raise `ProxyError`.
        """
        if site.scheme != "http":
            return Http1Connection(await self.connect(site, seconds))
        proxy = self._proxy_to("http", site.hostname, site.port)
        if proxy is None or not proxy.forwards:
            return Http1Connection(await self.connect(site, seconds))
        if site.origin in self._tunnelled:
            try:
                return Http1Connection(await proxy.tunnel(site.hostname, site.port, seconds))
            except ProxyRefusedError:  # squid's own rules: CONNECT to port 443 only
                self._tunnelled.discard(site.origin)
        return await proxy.forwarding(site)

    def route(self, scheme: str, hostname: str, port: int) -> Route:
        """Which way a host is reached."""
        return self._routes.route(scheme, hostname, port)

    def _proxy_to(self, scheme: str, hostname: str, port: int) -> ProxyClient | None:
        """The proxy that leads to a host; None: it is reached directly. Raises `AddressForbiddenError`."""
        if not self._proxies:
            return None
        route = self._routes.route(scheme, hostname, port)
        if not isinstance(route, Proxy):
            return None
        address = _known_address(hostname)
        if address is not None:
            decision = self._guard.decide(hostname, port, address)
            if not decision.allowed:
                raise AddressForbiddenError(decision)
        return self._proxies[route]

    def _client_of(self, proxy: Proxy, is_rejected: bool) -> ProxyClient:
        async def open_stream() -> ByteStream:
            return await self._stream_to(proxy)

        return ProxyClient(proxy, open_stream, is_rejected=is_rejected)

    async def _stream_to(self, proxy: Proxy) -> ByteStream:
        """A connection to the proxy itself. Raises `ProxyUnusableError`."""
        tls = self._tls.proxy if proxy.scheme == "https" else None
        try:
            addresses = await self._resolver.addresses(proxy.hostname)
            return await _first_that_answers(addresses, proxy.port, PROXY_SECONDS, tls, proxy.hostname)
        except OSError as error:
            raise unreachable(proxy, error) from error

    async def _connect_directly(
        self, hostname: str, port: int, seconds: float, tls: ssl.SSLContext | None
    ) -> ByteStream:
        deadline = time.monotonic() + seconds
        allowed = await self._allowed_addresses(hostname, port)
        return await _first_that_answers(allowed, port, deadline - time.monotonic(), tls, hostname)

    async def _allowed_addresses(self, hostname: str, port: int) -> list[str]:
        addresses = await self._resolver.addresses(hostname)
        decisions = [(address, self._guard.decide(hostname, port, address)) for address in addresses]
        allowed = [address for address, decision in decisions if decision.allowed]
        if not allowed:
            raise AddressForbiddenError(decisions[0][1])
        return allowed


def _known_address(hostname: str) -> str | None:
    """The address that a host name is, or means by definition wherever it is resolved."""
    name = hostname.strip("[]").removesuffix(".").lower()
    if is_ip_address(name):
        return name
    return "127.0.0.1" if is_localhost(name) else _METADATA_NAMES.get(name)


async def _first_that_answers(
    addresses: Sequence[str], port: int, seconds: float, tls: ssl.SSLContext | None, hostname: str
) -> ByteStream:
    """A connection to the first address that takes one; they share the time.

    Raises `TimeoutError`, `ssl.SSLError` and `OSError`.
    """
    deadline = time.monotonic() + seconds
    last_error: OSError | None = None
    for position, address in enumerate(addresses):
        share = (deadline - time.monotonic()) / (len(addresses) - position)
        try:
            async with asyncio.timeout(share):
                _, stream = await asyncio.get_running_loop().create_connection(
                    ByteStream,
                    address,
                    port,
                    ssl=tls,
                    server_hostname=None if tls is None else hostname.strip("[]"),
                )
        except ssl.SSLError:
            raise
        except OSError as error:  # TimeoutError is one
            last_error = error
        else:
            return stream
    assert last_error is not None
    raise last_error
