"""A sync that is to be done, and which ones may go on side by side."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from crawler.rules.registrable_domain import registrable_domain
from crawler.rules.scope import has_domain
from settings.connector import ConnectorSettings
from settings.scope import Follow


class Cause(StrEnum):
    """Why a sync is done."""

    SCHEDULE = "schedule"
    MISSED = "missed"
    ASKED = "asked"
    CONTINUED = "continued"


@dataclass(frozen=True, slots=True)
class Job:
    """A sync of one connector. `mode` None: that of its `sync.mode`; `command_id`: its row in the catalog."""

    connector: str
    cause: Cause
    mode: str | None = None
    command_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Which hosts a connector may ask; None: any."""

    hosts: frozenset[str] | None
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, connector: ConnectorSettings) -> Reach:
        """By its seeds and sitemaps; one whose seeds are fetched, or that follows any link, may ask any."""
        elsewhere = connector.seeds_file is not None and "://" in str(connector.seeds_file)
        if elsewhere or connector.scope.follow is Follow.ANY:
            return cls(None)
        addresses = (*connector.seeds, *(each for each in connector.sitemaps if str(each).startswith("http")))
        hosts = frozenset(urlsplit(str(each)).hostname or "" for each in addresses)
        if connector.scope.follow is not Follow.SUBDOMAINS:
            return cls(hosts)
        return cls(hosts, frozenset(registrable_domain(host) for host in hosts if has_domain(host)))

    def meets(self, other: Reach) -> bool:
        """Whether both may ask one host, on which only one process at a time knows how to be polite."""
        if self.hosts is None or other.hosts is None:
            return True
        return bool(self.hosts & other.hosts) or self._covers(other) or other._covers(self)

    def _covers(self, other: Reach) -> bool:
        assert other.hosts is not None
        theirs = {registrable_domain(host) for host in other.hosts if has_domain(host)}
        return not self.domains.isdisjoint(theirs | other.domains)
