"""Elements that are not to be read: hidden ones, those that authors keep out of the index, marks of wikis."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser

from extract.html.hints import is_hidden

_SUSPECTS: Final = (
    '[data-sitelore-index], [data-elastic-exclude], [hidden], [style*="none" i], [style*="hidden" i]'
)


_WIKI_MARKS: Final = ".mw-editsection, .mw-cite-backlink, sup.reference"
"""What MediaWiki writes beside headings and into sentences: “[edit]”, “^”, “[1]”."""


def unread_elements(tree: LexborHTMLParser) -> frozenset[int]:
    """The identities (`mem_id`) of such elements of a page; what stands inside them is not looked at."""
    hidden = [node.mem_id for node in tree.css(_SUSPECTS) if is_hidden(node.attributes)]
    return frozenset(hidden).union(node.mem_id for node in tree.css(_WIKI_MARKS))
