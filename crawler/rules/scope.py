"""Which addresses belong to a connector: `scope.follow` over its seeds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from catalog.canonical_url import WebAddress
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.rules.registrable_domain import is_ip_address, registrable_domain
from settings.scope import Follow


@dataclass(frozen=True, slots=True)
class Scope:
    """The addresses that a connector may crawl.

    `path`: below the folder of a seed, on its host. `host`: on the host of a seed, port included.
    `subdomains`: under the registrable domain of a seed, any port; a seed that is an IP address or a
    single label has no domain, so that only its own host belongs. `any`: everything.
    """

    follow: Follow
    seeds: tuple[WebAddress, ...]
    _hosts: frozenset[str] = field(init=False, repr=False, compare=False)
    _folders: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _domains: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        folders: dict[str, tuple[str, ...]] = {}
        for seed in self.seeds:
            folders[seed.host] = (*folders.get(seed.host, ()), seed.path.rpartition("/")[0] + "/")
        object.__setattr__(self, "_hosts", frozenset(folders))
        object.__setattr__(self, "_folders", folders)
        domains = set()
        if self.follow is Follow.SUBDOMAINS:
            domains = {registrable_domain(seed.hostname) for seed in self.seeds if has_domain(seed.hostname)}
        object.__setattr__(self, "_domains", frozenset(domains))

    def decide(self, address: WebAddress) -> Decision:
        """Whether the address belongs to the connector."""
        if self._contains(address):
            return ALLOWED
        return refused(Reason.OUT_OF_SCOPE, f"scope.follow {self.follow}")

    def with_redirected_seed(self, target: WebAddress) -> Scope:
        """The scope after a seed was redirected: the target counts as a seed too."""
        return self if target in self.seeds else replace(self, seeds=(*self.seeds, target))

    def _contains(self, address: WebAddress) -> bool:
        if self.follow is Follow.ANY:
            return True
        if self.follow is Follow.PATH:
            folders = self._folders.get(address.host)
            # The folder itself may be linked without its slash.
            return folders is not None and (address.path + "/").startswith(folders)
        if address.host in self._hosts:
            return True
        return self.follow is Follow.SUBDOMAINS and registrable_domain(address.hostname) in self._domains


def has_domain(hostname: str) -> bool:
    """Whether other hosts can lie under the same registrable domain."""
    return "." in hostname.removesuffix(".") and not is_ip_address(hostname)
