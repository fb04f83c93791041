"""Links that only scripts know, found without a click: in JSON, in attributes, in the text of handlers.

All of it is conservative: an address that nobody would be led to costs a fetch and an error in the report.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import ada_url
import orjson

MOST_JSON_BYTES: Final = 20_000_000
MOST_LINKS: Final = 5_000
_MOST_VALUES: Final = 500_000
_LONGEST: Final = 2_048

_NAMES_ADDRESS: Final = re.compile(
    r"(?:urls?|uris?|hrefs?|links?|paths?|permalinks?|routes?|slugs?)$", re.IGNORECASE
)
_NAMES_OTHER: Final = re.compile(
    r"api|ajax|rest|json|data|end_?point|base|root|static|asset|image|img|icon|logo|photo|picture|avatar|thumb|banner"
    r"|poster|media|video|audio|font|style|css|script|src|source|file_?path|upload|cdn|callback|redirect|return|login"
    r"|log_?out|sign_?(?:in|out)|delete|remove|edit|webhook|socket|proxy|manifest|feed|rss|cookie|svg|clip",
    re.IGNORECASE,
)
_ASSET: Final = re.compile(
    r"\.(?:m?js|css|map|json|xml|wasm|svg|png|jpe?g|gif|webp|avif|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|m3u8)$",
    re.IGNORECASE,
)
_MACHINE_PATH: Final = re.compile(
    r"/(?:api|ajax|rest|graphql|wp-json|_next|_nuxt|__data|static|assets|rpc|v\d+)(?:/|$)", re.IGNORECASE
)
_TEMPLATE: Final = re.compile(r"[{}*\s<>]|[/=]:\w")
"""In an address to be filled in: ``/users/{id}``, ``/users/:id``."""
_LEADS_AWAY: Final = re.compile(
    r"""(?:location(?:\.href)?\s*=(?!=)|location\.(?:assign|replace)\(|\bopen\()\s*(['"`])([^'"`\s]{1,2048})\1"""
)
_QUOTED: Final = re.compile(r"""(['"`])((?:https?://|\.{0,2}/|#!?/|#!)[^'"`\s]{1,2048})\1""")
_ADDRESS: Final = re.compile(r"(?:https?://|\.{0,2}/(?!/)|#!?/|#!|\?\w)\S*")
_ROUTER_ATTRIBUTES: Final = frozenset({"routerlink", "router-link", "data-route", "data-path"})


def links_in_json(body: bytes, page_url: str, *, data_urls: Collection[str] = ()) -> list[str]:
    """Addresses of the page's own host in JSON that it fetched, absolute, each once, in order.

    Taken are strings under names such as url, href, path or route that begin with the page's origin or with
    ``/``. Assets and what looks like an interface for programs are not; `data_urls` are addresses that are
    known to answer with data.
    """
    if len(body) > MOST_JSON_BYTES:
        return []
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    host = _host(page_url)
    known = frozenset(data_urls)
    links: dict[str, None] = {}
    for text in _addresses_in(value):
        link = _join(text, page_url)
        if link is None or _host(link) != host or link in known or _is_for_programs(link):
            continue
        links[link] = None
        if len(links) >= MOST_LINKS:
            break
    return list(links)


def links_in_attributes(attributes: Iterable[tuple[str, str]], base: str) -> list[str]:
    """Addresses in attributes such as ``data-href`` (pairs of name and value), absolute, each once."""
    links: dict[str, None] = {}
    for name, text in attributes:
        value = text.strip()
        if not _ADDRESS.fullmatch(value) or (name in _ROUTER_ATTRIBUTES and not value.startswith(("/", "#"))):
            continue
        link = _join(value, base)
        if link is not None and not _is_for_programs(link):
            links[link] = None
    return list(links)


def links_in_handlers(codes: Iterable[str], base: str) -> list[str]:
    """Addresses that an ``onclick`` or a ``javascript:`` link names in quotes, absolute, each once."""
    links: dict[str, None] = {}
    for code in codes:
        named = [found[2] for found in _LEADS_AWAY.finditer(code)]
        named += [found[2] for found in _QUOTED.finditer(code)]
        for text in named:
            link = _join(text, base)
            if link is not None and not _is_for_programs(link):
                links[link] = None
    return list(links)


def _addresses_in(value: Any) -> Iterator[str]:
    """Strings in order that stand under a name of an address; at most 500,000 values are looked at."""
    stack: list[tuple[Any, bool]] = [(value, False)]
    for _ in range(_MOST_VALUES):
        if not stack:
            return
        each, is_named = stack.pop()
        if isinstance(each, dict):
            stack.extend((inner, _names_address(name)) for name, inner in reversed(each.items()))
        elif isinstance(each, list):
            stack.extend((inner, is_named) for inner in reversed(each))
        elif is_named and isinstance(each, str) and each.startswith(("/", "http://", "https://")):
            yield each


def _names_address(name: str) -> bool:
    return len(name) <= 60 and bool(_NAMES_ADDRESS.search(name)) and not _NAMES_OTHER.search(name)


def _is_for_programs(link: str) -> bool:
    path = link.split("#", 1)[0].split("?", 1)[0]
    rest = path.split("/", 3)[3] if path.count("/") >= 3 else ""
    return bool(_ASSET.search(rest)) or bool(_MACHINE_PATH.search(f"/{rest}"))


def _join(reference: str, base: str) -> str | None:
    if len(reference) > _LONGEST or reference.startswith("//") or _TEMPLATE.search(reference):
        return None
    try:
        link = ada_url.join_url(base, reference)
    except (ValueError, UnicodeEncodeError):
        return None
    return link if link.startswith(("http://", "https://")) else None


def _host(url: str) -> str:
    return url.split("/", 3)[2].lower() if url.count("/") >= 2 else ""
