"""HTML without furniture, such as the body of a message or a text in Markdown: all of it is content."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from catalog.document import Block
from extract.html.blocks import blocks_of
from extract.html.depth import flattened
from extract.html.flow import walk
from extract.html.main_content import all_pieces


def whole_blocks(html: str) -> tuple[Block, ...]:
    """Every block but the hidden ones."""
    tree = LexborHTMLParser(flattened(html.encode(errors="ignore")))
    return blocks_of(all_pieces(walk(tree)))
