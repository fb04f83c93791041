"""One search through a page for all that its elements' names and attributes tell, wherever they stand.

Each search goes through the whole page, and takes a thirtieth of all the reading: so there is only this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extract.html.hints import is_hidden
from extract.html.tags import tag_id

Attributes = Mapping[str, str | None]

_NOT_IN_PASSING: Final = "script, style, noscript, select, button, pre, th, dl"
_SOUGHT: Final = (
    f"{_NOT_IN_PASSING}, meta, base, time, [itemscope], [itemprop], span.mw-editsection, "
    "span.mw-cite-backlink, sup.reference, [data-sitelore-index], [data-elastic-exclude], [hidden], "
    '[style*="none" i], [style*="hidden" i]'
)
_BLOCKING: Final = frozenset(map(tag_id, _NOT_IN_PASSING.split(", ")))
_BASE: Final = tag_id("base")
_META: Final = tag_id("meta")
_SCRIPT: Final = tag_id("script")
_TIME: Final = tag_id("time")
_WIKI_MARKS: Final = {
    tag_id("span"): frozenset({"mw-editsection", "mw-cite-backlink"}),
    tag_id("sup"): frozenset({"reference"}),
}
"""What MediaWiki writes beside headings and into sentences: “[edit]”, “^”, “[1]”."""


class Marks:
    """What was found, in the order of the page.

    `unread` are the identities (`mem_id`) of elements that are not to be read: hidden ones, those that
    authors keep out of the index, marks of wikis. `mixed` are those of elements with parts inside that are
    not read, or with code, tables or terms: their text cannot be taken as it stands.
    """

    __slots__ = ("base", "items", "metas", "mixed", "scripts", "times", "unread")

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.unread: set[int] = set()
        self.mixed: set[int] = set()
        self.metas: list[Attributes] = []
        self.base: str | None = None
        self.scripts: list[tuple[LexborNode, Attributes]] = []
        self.times: list[tuple[LexborNode, Attributes]] = []
        self.items: list[LexborNode] = []
        previous = 0
        for node in tree.css(_SOUGHT):
            identity = node.mem_id
            if identity != previous:  # it comes once for each selector that it matches
                self._note(node, identity, node.tag_id)
            previous = identity

    def _note(self, node: LexborNode, identity: int, tag: int) -> None:
        attributes = node.attributes
        if "itemprop" in attributes or "itemscope" in attributes:
            self.items.append(node)
        if tag == _META:
            self.metas.append(attributes)
            return
        if tag in _BLOCKING:
            self._note_around(node)
            if tag == _SCRIPT:
                self.scripts.append((node, attributes))
                return
        elif tag == _TIME:
            self.times.append((node, attributes))
        elif tag == _BASE and self.base is None:
            self.base = attributes.get("href")
        if is_hidden(attributes) or (tag in _WIKI_MARKS and _is_wiki_mark(tag, attributes)):
            self.unread.add(identity)

    def _note_around(self, node: LexborNode) -> None:
        mixed, around = self.mixed, node
        while (identity := around.mem_id) not in mixed:
            mixed.add(identity)
            parent = around.parent
            if parent is None:
                break
            around = parent


def _is_wiki_mark(tag: int, attributes: Attributes) -> bool:
    return not _WIKI_MARKS[tag].isdisjoint((attributes.get("class") or "").split())
