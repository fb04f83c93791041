"""The registrable domain of a host name, by the Public Suffix List that tldextract carries (no network)."""

from __future__ import annotations

import ipaddress
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract


@cache
def _splitter() -> TLDExtract:
    """Made when a name is first split: the package brings an HTTP client that takes longer to import than
    a parser process has to start."""
    from tldextract import TLDExtract  # noqa: PLC0415

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


@lru_cache(maxsize=16_384)
def registrable_domain(hostname: str) -> str:
    """The part of a name that somebody registered: ``docs.example.co.uk`` gives ``example.co.uk``.

    A name under no listed suffix follows the list's rule ``*`` (https://publicsuffix.org/list/):
    ``wiki.corp.internal`` gives ``corp.internal``. IP addresses, single labels and public suffixes
    themselves (``github.io``) give themselves.
    """
    name = hostname.removesuffix(".").lower()
    if is_ip_address(name):
        return name
    parts = _splitter().extract_str(name)
    if parts.suffix:
        return f"{parts.domain}.{parts.suffix}" if parts.domain else name
    return ".".join(name.split(".")[-2:])


def is_ip_address(hostname: str) -> bool:
    """Whether a WHATWG host name is an IPv4 address or a bracketed IPv6 address."""
    try:
        ipaddress.ip_address(hostname.strip("[]"))
    except ValueError:
        return False
    return True
