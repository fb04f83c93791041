"""Whether a host names its pages by fragments: what a browser must be shown for it, and what it tells.

``#section`` never is a route; ``#/guide`` and ``#!/guide`` are where two of them show different texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crawler.rules.hash_routing import HashRouting

_MOST_PROBES: Final = 2
_LEAST_DIFFERENCE: Final = 60
"""Characters that two pages at least do not share: less is a clock or a mark of the menu."""
_LEAST_SHARE: Final = 0.05
_DOCSIFY: Final = re.compile(r"\$docsify\b|/docsify(?:@[\w.^~-]+)?/|\bdocsify(?:\.min)?\.js\b", re.IGNORECASE)
_ID: Final = re.compile(r"(?<=[?&])id=[^&]*&?")


@dataclass(frozen=True, slots=True)
class RouteView:
    """What a browser showed at an address, fragment and all: its blocks of text."""

    url: str
    blocks: frozenset[str]


def fragment_of(url: str) -> str:
    """What stands after the number sign; empty where there is none."""
    return url.partition("#")[2]


def is_route(fragment: str) -> bool:
    """Whether a fragment may name a page: it begins with ``/`` or ``!`` and names more than the start."""
    return fragment.startswith(("/", "!")) and fragment.strip("!/") != ""


def hash_routes(links: Iterable[str]) -> list[str]:
    """The links whose fragment may be a route, each once, in order."""
    return list(dict.fromkeys(link for link in links if is_route(fragment_of(link))))


def probes(page_url: str, links: Iterable[str], known: HashRouting) -> list[str]:
    """Addresses of this page's document that a browser must be shown to learn how its host routes.

    At most two of each kind that is not known yet; none where the links show no route.
    """
    document, _, shown = page_url.partition("#")
    wanted: list[str] = []
    for mark, is_known in (("/", known.slash), ("!", known.bang)):
        routes = [
            link
            for link in hash_routes(links)
            if link.partition("#")[0] == document
            and fragment_of(link).startswith(mark)
            and fragment_of(link) != shown
        ]
        wanted += [] if is_known else routes[:_MOST_PROBES]
    return wanted


def routing_of_framework(html: str, known: HashRouting) -> HashRouting:
    """What a page's own HTML says of it: docsify routes by ``#/``, and its ``id`` is a place in a page."""
    return replace(known, slash=True, drops_id=True) if _DOCSIFY.search(html) else known


def routing_seen(asked: str, ended: str, known: HashRouting) -> HashRouting:
    """What it says that a script gave an address without a fragment one: ``/`` became ``/#/home``."""
    if fragment_of(asked) or asked.partition("#")[0] != ended.partition("#")[0]:
        return known
    fragment = fragment_of(ended)
    if fragment.startswith("!"):
        return replace(known, bang=True)
    return replace(known, slash=True) if fragment.startswith("/") else known


def routing_learned(views: Sequence[RouteView], known: HashRouting) -> HashRouting:
    """What pages tell that differ in their fragment alone: different texts make it part of the address.

    Equal texts under two values of ``id`` make it a place in the page.
    """
    for index, view in enumerate(views):
        for other in views[:index]:
            if view.url.partition("#")[0] == other.url.partition("#")[0]:
                known = _learned_from(view, other, known)
    return known


def _learned_from(one: RouteView, other: RouteView, known: HashRouting) -> HashRouting:
    fragments = (fragment_of(one.url), fragment_of(other.url))
    if fragments[0] == fragments[1] or not any(is_route(each) for each in fragments):
        return known
    is_different = are_different(one.blocks, other.blocks)
    if _ID.sub("", fragments[0]).rstrip("?&") == _ID.sub("", fragments[1]).rstrip("?&"):
        return known if is_different else replace(known, drops_id=True)
    if not is_different:
        return known
    if any(each.startswith("!") for each in fragments):
        return replace(known, bang=True)
    return replace(known, slash=True)


def are_different(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two pages are two: what only one of them says is more than a clock or a mark of the menu."""
    alone = sum(len(block) for block in one ^ other)
    total = sum(len(block) for block in one | other)
    return alone >= _LEAST_DIFFERENCE and alone >= _LEAST_SHARE * total
