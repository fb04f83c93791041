"""Which network addresses may be reached: asked for each address of each hop, after the name was resolved.

Public addresses may be. The others are reachable only where the configuration names them, and the closer an
address is to this machine the more exactly (OWASP, Server-Side Request Forgery Prevention):

* private networks: the host of a seed, any port, and hosts under a seed's registrable domain;
* loopback, link-local and unspecified addresses: a seed's very host and port;
* cloud metadata services, multicast, reserved and documentation addresses: nobody;
* all of these: where `network.allow` contains the address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from catalog.canonical_url import WebAddress
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.rules.registrable_domain import registrable_domain
from crawler.rules.scope import has_domain

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network


class Reach(StrEnum):
    """How far an address reaches, from everywhere to nowhere."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOCAL = "local"
    METADATA = "cloud metadata"
    SPECIAL = "special-purpose"


_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google Cloud, OpenStack, Hetzner, DigitalOcean, Oracle
        "169.254.170.2",  # AWS: credentials of ECS tasks
        "169.254.170.23",  # AWS: credentials of EKS pods
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",  # Google Cloud over IPv6
        "100.100.100.200",  # Alibaba Cloud
        "192.0.0.192",  # Oracle Cloud
        "168.63.129.16",  # Azure's host agent, a public address
    )
)
_PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",  # RFC 1918
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "fc00::/7",  # unique local, RFC 4193
    )
)
_LOCAL = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10", "0.0.0.0/8", "::/128")
)
_SPECIAL = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "198.51.100.0/24",
        "203.0.113.0/24",
        "198.18.0.0/15",  # benchmarking
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocol assignments
        "2001:db8::/32",  # documentation
        "3fff::/20",
    )
)
_GLOBAL_UNICAST = ip_network("2000::/3")
"""The only part of IPv6 that IANA has given out as public so far."""
_EMBEDS_IPV4_LAST = tuple(
    ip_network(text)
    for text in (
        "::ffff:0:0/96",  # IPv4-mapped, RFC 4291
        "::/96",  # IPv4-compatible, RFC 4291
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "64:ff9b::/96",  # NAT64, RFC 6052
    )
)


def reach_of(address: IpAddress) -> Reach:
    """How far an address reaches, by the IANA special-purpose registries (RFC 6890).

    Python's own `is_global` differs from release to release; what may be reached may not.
    """
    if address in _METADATA:
        return Reach.METADATA
    if any(address in network for network in _LOCAL):
        return Reach.LOCAL
    if any(address in network for network in _PRIVATE):
        return Reach.PRIVATE
    if any(address in network for network in _SPECIAL):
        return Reach.SPECIAL
    return Reach.PUBLIC if address.version == 4 or address in _GLOBAL_UNICAST else Reach.SPECIAL


def unwrapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address stands for, where it only carries one."""
    if isinstance(address, IPv4Address) or address in (IPv6Address("::"), IPv6Address("::1")):
        return address
    if any(address in network for network in _EMBEDS_IPV4_LAST):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return address


@dataclass(frozen=True, slots=True)
class Guard:
    """The addresses that one connector may reach.

    `seed_endpoints` are the host names and ports of its seeds, `seed_domains` their registrable domains
    (none for IP addresses and single labels), `allowed_networks` are those of `network.allow`.
    """

    seed_endpoints: frozenset[tuple[str, int]]
    seed_domains: frozenset[str]
    allowed_networks: tuple[IpNetwork, ...] = ()

    @classmethod
    def for_seeds(cls, seeds: Iterable[WebAddress], allowed_networks: Iterable[IpNetwork] = ()) -> Guard:
        """The guard of a connector. A seed's redirect target does not widen it."""
        seeds = tuple(seeds)
        return cls(
            frozenset((_plain(seed.hostname), seed.port) for seed in seeds),
            frozenset(registrable_domain(seed.hostname) for seed in seeds if has_domain(seed.hostname)),
            tuple(allowed_networks),
        )

    def decide(self, hostname: str, port: int, ip: str) -> Decision:
        """Whether a connection to `ip`, an address that `hostname` resolved to, may be opened."""
        outer = ip_address(ip.partition("%")[0])
        address = unwrapped(outer)
        reach = reach_of(address)
        if reach is Reach.PUBLIC or self._is_allowed(outer) or self._is_allowed(address):
            return ALLOWED
        name = _plain(hostname)
        if reach is Reach.LOCAL and (name, port) in self.seed_endpoints:
            return ALLOWED
        if reach is Reach.PRIVATE and self._is_of_a_seed(name):
            return ALLOWED
        return refused(Reason.FORBIDDEN_ADDRESS, f"{ip} is a {reach} address; network.allow can permit it")

    def _is_of_a_seed(self, name: str) -> bool:
        if any(name == seed for seed, _ in self.seed_endpoints):
            return True
        return has_domain(name) and registrable_domain(name) in self.seed_domains

    def _is_allowed(self, address: IpAddress) -> bool:
        return any(address in network for network in self.allowed_networks)


def _plain(hostname: str) -> str:
    """One spelling of a host name: lower case, no final dot, no brackets."""
    return hostname.removesuffix(".").strip("[]").lower()
