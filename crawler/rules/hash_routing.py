"""Addresses whose fragment names a page: on a host that routes so, ``#/guide`` belongs to the URL's identity.

Everywhere else a fragment is a place in a page, and is cut off. Whether a host routes by fragments is seen
by a browser (`crawler.rendering.routes`), never guessed from an address alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalog.canonical_url import WebAddress

_ID_PARAMETER = re.compile(r"(?<=[?&])id=[^&]*&?")


@dataclass(frozen=True, slots=True)
class HashRouting:
    """How a host names its pages by fragments.

    `slash` takes ``#/guide`` as a page, `bang` ``#!guide`` and ``#!/guide``. `drops_id` says that the
    parameter ``id`` of a route is a place in its page (docsify: ``#/guide?id=install``).
    """

    slash: bool = False
    bang: bool = False
    drops_id: bool = False

    def route(self, fragment: str) -> str:
        """The fragment that belongs to the address, in its one form; empty where none does."""
        bang = fragment.startswith("!")
        if not (self.bang if bang else self.slash and fragment.startswith("/")):
            return ""
        if self.drops_id and "?" in fragment:
            fragment = _ID_PARAMETER.sub("", fragment).rstrip("?&")
        # `#/` is where a router begins: the address without a fragment.
        return "" if fragment.strip("!/") == "" else fragment


def with_route(address: WebAddress, hosts: Mapping[str, HashRouting]) -> WebAddress:
    """The address as this host's pages are told apart: with its route, where its fragment is one."""
    if not address.fragment or (routing := hosts.get(address.host)) is None:
        return address
    route = routing.route(address.fragment)
    return replace(address, url=f"{address.url}#{route}") if route else address
