"""The one way out: resolve the name, ask the guard about each address, connect to an address it allowed.

The connection is made to the very address that was checked, so that a name cannot be rebound between the
check and the connection; TLS (SNI, certificate) and the Host header keep the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import OrderedDict
from dataclasses import dataclass

from catalog.vocabulary import Decision
from crawler.fetch.stream import ByteStream
from crawler.rules.canonical_url import Site
from crawler.rules.guard import Guard
from crawler.rules.registrable_domain import is_ip_address

NAMES_ARE_KEPT_SECONDS = 60.0
_NAMES_KEPT = 4_096


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
    """Opens guarded connections for one connector. `tls` is used for https alone."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, resolver: Resolver | None = None) -> None:
        self._guard = guard
        self._tls = tls
        self._resolver = resolver or Resolver()

    async def connect(self, site: Site, seconds: float) -> ByteStream:
        """A connection to the site's host: its allowed addresses in turn, sharing the time.

        Raises `NameNotResolvedError`, `AddressForbiddenError`, `TimeoutError`, `ssl.SSLError` and
        `OSError`.
        """
        deadline = time.monotonic() + seconds
        allowed = await self._allowed_addresses(site)
        last_error: OSError | None = None
        for position, address in enumerate(allowed):
            share = (deadline - time.monotonic()) / (len(allowed) - position)
            try:
                async with asyncio.timeout(share):
                    return await self._connect_to(address, site)
            except ssl.SSLError:
                raise
            except OSError as error:  # TimeoutError is one
                last_error = error
        assert last_error is not None
        raise last_error

    async def connect_raw(self, hostname: str, port: int, seconds: float) -> ByteStream:
        """A connection without TLS of ours, for the browser, which speaks TLS itself. Raises as `connect`."""
        return await self.connect(Site("http", f"{hostname}:{port}", hostname, port, "null"), seconds)

    async def _allowed_addresses(self, site: Site) -> list[str]:
        addresses = await self._resolver.addresses(site.hostname)
        decisions = [
            (address, self._guard.decide(site.hostname, site.port, address)) for address in addresses
        ]
        allowed = [address for address, decision in decisions if decision.allowed]
        if not allowed:
            raise AddressForbiddenError(decisions[0][1])
        return allowed

    async def _connect_to(self, address: str, site: Site) -> ByteStream:
        is_secure = site.scheme == "https"
        _, stream = await asyncio.get_running_loop().create_connection(
            ByteStream,
            address,
            site.port,
            ssl=self._tls if is_secure else None,
            server_hostname=site.hostname.strip("[]") if is_secure else None,
        )
        return stream


def tls_context(ca_file: str | None = None, *, verify: bool = True) -> ssl.SSLContext:
    """The TLS settings of a connector: the system's authorities and those of `ca_file`, HTTP/2 preferred.

    Raises `OSError` (`ssl.SSLError` too) where `ca_file` cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context
