"""XPath over a page by lxml: only where a mapping or a content selector is written in it."""

from __future__ import annotations

from typing import Any

from lxml import etree, html


def parse(text: str) -> Any:
    """The page as an lxml tree; None when libxml2 finds no element in it."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def texts(tree: Any, expression: str) -> list[str]:
    """What an XPath 1.0 expression yields, as texts: elements give the text under them."""
    found = _evaluate(tree, expression)
    if isinstance(found, list):
        return [_text(item) for item in found]
    return [str(found).lower() if isinstance(found, bool) else _number(found)]


def _evaluate(tree: Any, expression: str) -> Any:
    try:
        return tree.xpath(expression)
    except etree.XPathEvalError:
        return []  # valid syntax, but not for this tree (an unknown prefix or function)


def _text(item: Any) -> str:
    return item if isinstance(item, str) else str(item.xpath("string()"))


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def without(tree: Any, expressions: tuple[str, ...]) -> Any:
    """The tree after removal of every element that one of the expressions selects."""
    for expression in expressions:
        for element in _evaluate(tree, expression):
            if isinstance(element, html.HtmlElement) and element.getparent() is not None:
                element.drop_tree()
    return tree


def selected(tree: Any, expressions: tuple[str, ...]) -> list[str]:
    """The HTML of every element that one of the expressions selects."""
    return [
        html.tostring(element, encoding="unicode", with_tail=False)
        for expression in expressions
        for element in _evaluate(tree, expression)
        if isinstance(element, etree._Element)
    ]
