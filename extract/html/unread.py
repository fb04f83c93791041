"""Elements that are not to be read: hidden ones, those that authors keep out of the index, marks of wikis."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser

from extract.html.hints import is_hidden

_SUSPECTS: Final = (
    '[data-sitelore-index], [data-elastic-exclude], [hidden], [style*="none" i], [style*="hidden" i], '
    "span.mw-editsection, span.mw-cite-backlink, sup.reference"
)


_WIKI_MARKS: Final = frozenset({"mw-editsection", "mw-cite-backlink", "reference"})
"""What MediaWiki writes beside headings and into sentences: “[edit]”, “^”, “[1]”."""


def unread_elements(tree: LexborHTMLParser) -> frozenset[int]:
    """The identities (`mem_id`) of such elements of a page; what stands inside them is not looked at."""
    unread = []
    for node in tree.css(_SUSPECTS):
        attributes = node.attributes
        if is_hidden(attributes) or not _WIKI_MARKS.isdisjoint((attributes.get("class") or "").split()):
            unread.append(node.mem_id)
    return frozenset(unread)
