"""Reading a file as a crawl does."""

from __future__ import annotations

from extract.page import Page, Unreadable
from extract.read import read
from extract.rules import DEFAULT_RULES, ExtractionRules


def read_file(
    body: bytes,
    name: str = "file",
    label: str = "",
    link_text: str = "",
    *,
    rules: ExtractionRules = DEFAULT_RULES,
    **headers: str,
) -> Page | Unreadable:
    """What is read of a body under a name, a content type, and the text of a link."""
    return read(
        body,
        url=f"https://example.com/files/{name}",
        headers={"content-type": label, **headers},
        rules=rules,
        link_text=link_text,
    )


def file_of(
    body: bytes,
    name: str = "file",
    label: str = "",
    link_text: str = "",
    *,
    rules: ExtractionRules = DEFAULT_RULES,
) -> Page:
    """The page that a body becomes."""
    page = read_file(body, name, label, link_text, rules=rules)
    assert isinstance(page, Page), page
    return page


def refused(
    body: bytes, name: str = "file", label: str = "", *, rules: ExtractionRules = DEFAULT_RULES
) -> Unreadable:
    """Why a body becomes no page."""
    found = read_file(body, name, label, rules=rules)
    assert isinstance(found, Unreadable), found
    return found
