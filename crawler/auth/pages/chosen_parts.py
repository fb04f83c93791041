"""The parts of a login form that the configuration selects, by `css:` or `xpath:`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extract.html.xpath import parse

_MARK = "data-part"


@dataclass(frozen=True, slots=True)
class FieldSelectors:
    """The configured selectors of a login form (`css:…` or `xpath:…`); None: found by itself."""

    username_field: str | None = None
    next_button: str | None = None
    password_field: str | None = None
    submit_button: str | None = None

    def given(self) -> Iterator[tuple[str, str]]:
        """The settings that are set, with their selectors."""
        for each in fields(self):
            if selector := getattr(self, each.name):
                yield each.name, selector


def selected_node(tree: LexborHTMLParser, selector: str) -> LexborNode | None:
    """The first element that a selector finds; a label stands for its control."""
    kind, _, expression = selector.partition(":")
    node = tree.css_first(expression) if kind == "css" else _by_xpath(tree, expression)
    return _labelled(tree, node) if node is not None and node.tag == "label" else node


def _by_xpath(tree: LexborHTMLParser, expression: str) -> LexborNode | None:
    """libxml2 has a tree of its own: each element is marked, so that what is found there is known here."""
    from lxml import etree  # noqa: PLC0415 - only where XPath is used

    marked = tree.clone()
    for number, node in enumerate(marked.css("*")):
        node.attrs[_MARK] = str(number)
    parsed = parse(marked.html or "")
    if parsed is None:
        return None
    try:
        found = parsed.xpath(expression)
    except etree.XPathEvalError:
        return None  # valid syntax, but not for this tree (an unknown prefix or function)
    mark = (
        next((item.get(_MARK) for item in found if hasattr(item, "get")), None)
        if isinstance(found, list)
        else None
    )
    return tree.css("*")[int(mark)] if mark is not None else None


def _labelled(tree: LexborHTMLParser, label: LexborNode) -> LexborNode | None:
    identity = label.attributes.get("for")
    if identity:
        return next((node for node in tree.css("[id]") if node.attributes.get("id") == identity), None)
    return label.css_first("input, select, textarea")
