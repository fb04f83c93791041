"""The content selectors of a connector: what they include is the content, what they exclude is never read."""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extract.rules import Selectors


@dataclass(frozen=True, slots=True)
class Selection:
    """A page cut down by selectors. `included` says that an include selector found something: then all of
    it is content, and no guess is needed."""

    tree: LexborHTMLParser
    included: bool


def select(tree: LexborHTMLParser, include: Selectors, exclude: Selectors) -> Selection:
    """Remove what `exclude` selects, then keep what `include` selects, in the order of the page.

    A page on which no include selector finds anything is read as if there were none. The tree that is
    handed in stays as it is.
    """
    cut = _excluded(tree, exclude)
    if not include:
        return Selection(cut, included=False)
    parts = _included(cut, include)
    if not parts:
        return Selection(cut, included=False)
    return Selection(LexborHTMLParser("".join(f"<div>{part}</div>" for part in parts)), included=True)


def _excluded(tree: LexborHTMLParser, exclude: Selectors) -> LexborHTMLParser:
    cut = tree.clone()
    if exclude.css:
        # The last first: an element goes before the one around it, so none is touched after it is gone.
        for node in reversed(cut.css(", ".join(exclude.css))):
            node.decompose()
    if exclude.xpath:
        from lxml import html  # noqa: PLC0415 - lxml only where XPath is used

        from extract.html.xpath import parse, without  # noqa: PLC0415

        parsed = parse(cut.html or "")
        if parsed is not None:
            cut = LexborHTMLParser(html.tostring(without(parsed, exclude.xpath), encoding="unicode"))
    return cut


def _included(tree: LexborHTMLParser, include: Selectors) -> list[str]:
    parts: list[str] = []
    if include.css:
        # Only the outermost: an element inside one that is taken is taken with it.
        taken: set[int] = set()
        for node in tree.css(", ".join(include.css)):
            if not _stands_inside(node, taken):
                taken.add(node.mem_id)
                parts.append(node.html or "")
    if include.xpath:
        from extract.html.xpath import parse, selected  # noqa: PLC0415

        parsed = parse(tree.html or "")
        parts += selected(parsed, include.xpath) if parsed is not None else []
    return parts


def _stands_inside(node: LexborNode, taken: set[int]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in taken:
            return True
        parent = parent.parent
    return False
