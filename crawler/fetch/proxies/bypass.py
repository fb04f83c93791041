"""Hosts that are reached directly although there is a proxy: patterns, address ranges, NO_PROXY. Pure.

No name is resolved for a decision: where there is a proxy, resolving names is its business, and ours may not
know them. So address ranges decide about addresses that stand in a URL, and names are matched as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from crawler.rules.guard import IpAddress, IpNetwork, unwrapped

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class _HostRule:
    """Names (or spelt-out addresses) that a pattern matches, on one port or on all."""

    pattern: re.Pattern[str]
    port: int | None = None

    def matches(self, hostname: str, port: int) -> bool:
        return self.port in (None, port) and self.pattern.fullmatch(hostname) is not None


@dataclass(frozen=True, slots=True)
class Bypass:
    """What is reached directly. `loopback`: this machine's own addresses and `localhost`, too."""

    hosts: tuple[_HostRule, ...] = ()
    networks: tuple[IpNetwork, ...] = ()
    loopback: bool = False

    def covers(self, hostname: str, port: int) -> bool:
        """Whether a WHATWG host name (an IPv6 address stands in brackets) is reached directly."""
        name = hostname.strip("[]").removesuffix(".").lower()
        if any(rule.matches(name, port) for rule in self.hosts):
            return True
        address = _address(name)
        if address is None:
            return self.loopback and is_localhost(name)
        networks = (*self.networks, *_LOOPBACK) if self.loopback else self.networks
        return any(one in network for network in networks for one in (address, unwrapped(address)))


def is_localhost(hostname: str) -> bool:
    """Whether a name is this machine's by definition (RFC 6761 section 6.3)."""
    name = hostname.removesuffix(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def configured_bypass(entries: Iterable[str]) -> Bypass:
    """`proxy.bypass`: hosts, in which `*` stands for anything, and address ranges."""
    hosts: list[_HostRule] = []
    networks: list[IpNetwork] = []
    for entry in entries:
        network = _network(entry)
        if network is None:
            hosts.append(_HostRule(_pattern(entry)))
        else:
            networks.append(network)
    return Bypass(tuple(hosts), tuple(networks))


def environment_bypass(no_proxy: str) -> Bypass:
    """NO_PROXY as curl and Go read it: a list by commas or spaces of domains, addresses, ranges, or `*`.

    A domain covers the hosts below it, with or without a dot before it; a port may follow. This machine
    itself is always reached directly, as by Go and Chromium: a proxy's own loopback is another one.
    """
    hosts: list[_HostRule] = []
    networks: list[IpNetwork] = []
    for entry in re.split(r"[\s,]+", no_proxy):
        network = _network(entry.strip("[]"))
        if network is not None:
            networks.append(network)
        elif entry:
            name, _, port = entry.rpartition(":") if re.search(r":\d+$", entry) else (entry, "", "")
            hosts.append(_HostRule(_domain(name), int(port) if port else None))
    return Bypass(tuple(hosts), tuple(networks), loopback=True)


def _pattern(entry: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in _plain(entry).split("*")), re.IGNORECASE)


def _domain(entry: str) -> re.Pattern[str]:
    if "*" in entry:
        return _pattern(entry)
    return re.compile(r"(?:.*\.)?" + re.escape(_plain(entry).lstrip(".")), re.IGNORECASE)


def _plain(entry: str) -> str:
    return entry.strip("[]").removesuffix(".")


def _address(name: str) -> IpAddress | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _network(entry: str) -> IpNetwork | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None
