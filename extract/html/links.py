"""The links of a page in order of appearance: absolute, with their text and whether they may be followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import ada_url
from selectolax.lexbor import LexborNode

from extract.page import Link

# A file in the page's folder in characters that no URL parser rewrites: joining is then concatenation.
_PLAIN_RELATIVE: Final = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*(?:#[\w.!$&'()*+,;=:@/?%~-]*)?", re.ASCII)
_PLAIN_PATH: Final = r"(?:/[\w~-][\w.~-]*)*/?(?:\?[\w=&.%+-]*)?(?:#[\w.!$&'()*+,;=:@/?%~-]*)?"
_PLAIN_ROOTED: Final = re.compile(r"(?=/)(?!//)" + _PLAIN_PATH, re.ASCII)
_PLAIN_ABSOLUTE: Final = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?=/)" + _PLAIN_PATH, re.ASCII)
_SCHEME: Final = re.compile(r"[\s\x00]*([A-Za-z][A-Za-z0-9+.-]*):")
_CRAWLED: Final = frozenset({"http", "https"})
_NOFOLLOW: Final = frozenset({"nofollow", "ugc", "sponsored"})
_HEAD_RELATIONS: Final = frozenset({"next", "prev", "previous", "alternate", "canonical", "amphtml"})
_NOT_PAGES: Final = frozenset({"stylesheet", "icon", "preload", "prefetch", "dns-prefetch", "preconnect"})


class Joiner:
    """Resolves the references of one page against its base address (WHATWG URL standard)."""

    __slots__ = ("_base", "_folder", "_joined", "_origin")

    def __init__(self, base: str) -> None:
        self._base = base
        path = base.split("#", 1)[0].split("?", 1)[0]
        # A folder is only there when a slash follows the host: `https://host` has none.
        self._folder = path[: path.rfind("/") + 1] if path.count("/") > 2 else ""
        self._origin = "/".join(path.split("/", 3)[:3])
        self._joined: dict[str, str | None] = {}

    def join(self, reference: str) -> str | None:
        """The absolute http(s) address, or None for other schemes and for what cannot be parsed."""
        if reference in self._joined:
            return self._joined[reference]
        joined = self._joined[reference] = self._resolve(reference)
        return joined

    def _resolve(self, reference: str) -> str | None:
        if _PLAIN_ABSOLUTE.fullmatch(reference):
            return reference
        if self._folder:
            if _PLAIN_ROOTED.fullmatch(reference):
                return self._origin + reference
            if _PLAIN_RELATIVE.fullmatch(reference):
                return self._folder + reference
        scheme = _SCHEME.match(reference)
        if scheme is not None and scheme[1].lower() not in _CRAWLED:
            return None
        try:
            joined = ada_url.join_url(self._base, reference)
        except (ValueError, UnicodeEncodeError):
            return None
        # A line break within `javascript:` hides it from the eye, and not from a browser.
        return joined if joined.startswith(("https:", "http:")) else None


def base_address(base: str | None, url: str) -> str:
    """What references are relative to: what the first `<base>` says, else the page's own address."""
    return url if base is None else Joiner(url).join(base) or url


def links_of(
    body: Iterable[tuple[Mapping[str, str | None], str]], head: LexborNode | None, joiner: Joiner
) -> tuple[Link, ...]:
    """Links of the head (next, previous, other languages), then those of the body, of which there are the
    attributes and the text, as they stand."""
    links = list(_head_links(head, joiner))
    join = joiner.join
    for attributes, written in body:
        reference = attributes.get("href") or attributes.get("src")
        if not reference:
            continue
        url = join(reference)
        if url is None:
            continue
        relations = attributes.get("rel")
        text = " ".join(written.split()) or attributes.get("title") or attributes.get("alt") or ""
        links.append(Link(url, text, relations is not None and is_nofollow(relations)))
    return tuple(links)


def is_nofollow(relations: str) -> bool:
    """Whether `rel` asks crawlers not to follow (nofollow, ugc and sponsored alike)."""
    return not _NOFOLLOW.isdisjoint(relations.lower().split())


def _head_links(head: LexborNode | None, joiner: Joiner) -> Iterable[Link]:
    for node in head.css("link") if head is not None else ():
        attributes = node.attributes
        reference = attributes.get("href")
        relations = set((attributes.get("rel") or "").lower().split())
        if not reference or relations.isdisjoint(_HEAD_RELATIONS) or not relations.isdisjoint(_NOT_PAGES):
            continue
        if _is_machine_readable(attributes):
            continue
        url = joiner.join(reference)
        if url is not None:
            yield Link(url, attributes.get("title") or "", is_nofollow(attributes.get("rel") or ""))


def _is_machine_readable(attributes: Mapping[str, str | None]) -> bool:
    """An alternate that is data for programs (oEmbed, JSON), not a page for readers."""
    kind = attributes.get("type") or ""
    return "json" in kind or "oembed" in kind or "opensearch" in kind
