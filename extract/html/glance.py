"""A glance at a page with little text; of others, most pages, nothing is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from extract.html.consent import beside_consent
from extract.html.flow import Piece
from extract.html.short_page import SHORT, ShortPage
from extract.page import Link

_MOST_HEADINGS: Final = 4


def glance_at(
    tree: LexborHTMLParser, pieces: Sequence[Piece], links: Sequence[Link], url: str
) -> ShortPage | None:
    """How the page at a URL looks of which `pieces` are the main content; None where it is not short."""
    if sum([len(piece.text) for piece in pieces]) > SHORT:
        return None
    title = tree.css_first("title")
    sources = (node.attributes.get("src") for node in tree.css("script[src], iframe[src], frame[src]"))
    here = url.partition("#")[0]
    return ShortPage(
        title="" if title is None else _on_one_line(title.text()),
        headings=tuple(_on_one_line(node.text()) for node in tree.css("h1, h2, h3")[:_MOST_HEADINGS]),
        text="\n".join(piece.text for piece in pieces),
        links=len({link.url.partition("#")[0] for link in links} - {here}),
        sources=tuple(source for source in sources if source),
        beside_consent=beside_consent(tree, pieces),
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
