"""A glance at a page with little text; of others, most pages, nothing is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from catalog.document import BlockKind
from extract.html.consent import beside_consent
from extract.html.hints import Hint
from extract.html.pieces import Flow, Piece
from extract.html.short_page import FEW_LINKS, SHORT, ShortPage
from extract.page import Link

_MOST_HEADINGS: Final = 4
_LOADED: Final = ("script", "iframe", "frame")


def glance_at(
    tree: LexborHTMLParser, flow: Flow, pieces: Sequence[Piece], links: Sequence[Link], url: str
) -> ShortPage | None:
    """How the page at a URL looks of which `pieces` (of `flow`) are the main content; None where it is not
    short."""
    if sum([len(piece.text) for piece in pieces]) > SHORT:
        return None
    others = {link.url.partition("#")[0] for link in links} - {url.partition("#")[0]}
    return ShortPage(
        title=_title(tree),
        headings=tuple(islice(_headings(flow), _MOST_HEADINGS)),
        text="\n".join(piece.text for piece in pieces),
        links=len(others),
        sources=_sources(tree) if len(others) <= FEW_LINKS else (),
        beside_consent=beside_consent(tree, pieces),
    )


def _title(tree: LexborHTMLParser) -> str:
    node = None if tree.head is None else tree.head.css_first("title")
    return "" if node is None else " ".join(node.text().split())


def _headings(flow: Flow) -> Iterator[str]:
    """The headings that people see: a hidden dialogue may be there for errors that did not happen."""
    hidden: list[bool] = []
    for group in flow.groups:
        hidden.append(group.hint == Hint.HIDDEN or (group.parent >= 0 and hidden[group.parent]))
    for piece in flow.pieces:
        if piece.kind is BlockKind.HEADING and not hidden[piece.group]:
            yield piece.text


def _sources(tree: LexborHTMLParser) -> tuple[str, ...]:
    nodes = (node for tag in _LOADED for node in tree.tags(tag))
    return tuple(source for node in nodes if (source := node.attributes.get("src")))
