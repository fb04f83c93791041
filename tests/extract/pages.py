"""Shared by the tests of this room: read a piece of HTML as the crawler would."""

from __future__ import annotations

from collections.abc import Mapping

from extract.page import Page, Unreadable
from extract.read import read
from extract.rules import DEFAULT_RULES, ExtractionRules

URL = "https://docs.example.com/guide/page.html"


def read_html(
    html: str | bytes,
    *,
    url: str = URL,
    headers: Mapping[str, str] | None = None,
    rules: ExtractionRules = DEFAULT_RULES,
    link_text: str = "",
) -> Page | Unreadable:
    """What is made of this HTML."""
    body = html.encode() if isinstance(html, str) else html
    sent = {"content-type": "text/html; charset=utf-8"} if headers is None else headers
    return read(body, url=url, headers=sent, rules=rules, link_text=link_text)


def page_of(
    html: str | bytes,
    *,
    url: str = URL,
    headers: Mapping[str, str] | None = None,
    rules: ExtractionRules = DEFAULT_RULES,
    link_text: str = "",
) -> Page:
    """The page; fails where there is none."""
    page = read_html(html, url=url, headers=headers, rules=rules, link_text=link_text)
    assert isinstance(page, Page), page
    return page


PROSE = (
    "The warehouse in Hamburg ships every order within two working days, unless the customer has asked for a "
    "later date. Orders that arrive before noon leave on the same day, and a tracking number follows by mail."
)
"""Enough text for a page to have a main content."""
