"""What of a session a page's scripts read: cookies that are not HttpOnly, and the storage of their origin.

A storage state is what Playwright's `context.storage_state` writes; beside `localStorage` we keep an origin's
`sessionStorage` in the same form, where many applications have their token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from catalog.canonical_url import WebAddress, parse_url


@dataclass(frozen=True, slots=True)
class ScriptCookie:
    """A cookie that scripts see. `host` is a name; with `is_domain` the hosts below it have it too."""

    name: str
    value: str = field(repr=False)
    host: str
    is_domain: bool
    path: str
    secure: bool
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class OriginStorage:
    """What one origin stored; keys and values may be secrets."""

    origin: str
    local: Mapping[str, str] = field(default_factory=dict, repr=False)
    session: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class BrowserState:
    """What a login leaves in a browser for the scripts of its origins."""

    cookies: tuple[ScriptCookie, ...] = ()
    storage: tuple[OriginStorage, ...] = ()

    def __add__(self, other: BrowserState) -> BrowserState:
        return BrowserState((*self.cookies, *other.cookies), (*self.storage, *other.storage))


def storage_of(state: Mapping[str, Any], origins: Collection[str]) -> tuple[OriginStorage, ...]:
    """What a storage state holds of these origins.

    Raises `KeyError`, `TypeError` or `ValueError` where it is no storage state.
    """
    found = []
    for kept in state.get("origins") or ():
        address = parse_url(str(kept["origin"]))
        if not isinstance(address, WebAddress) or address.origin not in origins:
            continue
        local, session = _items(kept.get("localStorage")), _items(kept.get("sessionStorage"))
        if local or session:
            found.append(OriginStorage(address.origin, local, session))
    return tuple(found)


def storage_state(storage: Iterable[OriginStorage]) -> list[dict[str, Any]]:
    """The `origins` of a storage state, as `storage_of` reads them."""
    return [
        {
            "origin": each.origin,
            "localStorage": _listed(each.local),
            "sessionStorage": _listed(each.session),
        }
        for each in storage
    ]


def hostnames(origins: Iterable[str]) -> frozenset[str]:
    """The names of the origins' hosts, without ports."""
    addresses = [parse_url(origin) for origin in origins]
    return frozenset(each.hostname for each in addresses if isinstance(each, WebAddress))


def sealed(cookies: bytes, storage: Iterable[OriginStorage]) -> bytes:
    """One session of dumped cookies and storage, to be kept."""
    return orjson.dumps({"cookies": orjson.Fragment(cookies), "origins": storage_state(storage)})


def unsealed(state: bytes, origins: Collection[str]) -> tuple[bytes, tuple[OriginStorage, ...]]:
    """What `sealed` put together; cookies alone, as they were once kept, are a session too.

    Raises `KeyError`, `TypeError` or `ValueError` where it is neither.
    """
    kept = orjson.loads(state)
    if isinstance(kept, list):
        return state, ()
    return orjson.dumps(kept["cookies"]), storage_of(kept, origins)


def _items(listed: Any) -> dict[str, str]:
    return {str(item["name"]): str(item["value"]) for item in listed or ()}


def _listed(items: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items.items()]
