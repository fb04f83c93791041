"""Selectors that carry their kind: `css:…` or `xpath:…`."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema


def check_css(selector: str) -> None:
    """Raise ValueError when the HTML parser does not take this CSS selector."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415 - only where one is used

    try:
        LexborHTMLParser("<p></p>").css(selector)
    except SelectolaxError:
        raise ValueError("must be a valid CSS selector after `css:`") from None


def check_xpath(expression: str) -> None:
    """Raise ValueError when libxml2 does not take this XPath 1.0 expression."""
    from lxml import etree  # noqa: PLC0415

    try:
        etree.XPath(expression)
    except etree.XPathSyntaxError as error:
        reason = str(error).lower()
        raise ValueError(f"must be a valid XPath expression after `xpath:` ({reason})") from None


def check_selector(selector: str) -> str:
    """The selector itself.

    Raises:
        ValueError: its kind is missing or it has a syntax error.
    """
    kind, _, rest = selector.partition(":")
    if kind == "css" and rest:
        check_css(rest)
    elif kind == "xpath" and rest:
        check_xpath(rest)
    else:
        raise ValueError("must be a selector with its kind: css:… or xpath:…")
    return selector


_SCHEMA: Final = {"type": "string", "pattern": "^(css|xpath):.+", "title": "selector"}
Selector = Annotated[str, AfterValidator(check_selector), WithJsonSchema(_SCHEMA)]
