"""The three manuals of Debian, when installed: text on every page, no navigation, code and tables kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from catalog.document import BlockKind
from extract.page import Page
from tests.extract.pages import read_html

MANUALS = {
    "postgresql": Path("/usr/share/doc/postgresql-doc-15/html"),
    "python": Path("/usr/share/doc/python3.11-doc/html"),
    "apache": Path("/usr/share/doc/apache2-doc/manual/en"),
}
NAVIGATION = {
    "postgresql": ("Prev |", "Up |", "Next\n"),
    "python": ("Previous topic", "Next topic", "Show Source", "Report a Bug", "Quick search", "¶"),
    "apache": ("Available Languages:", "Apache > HTTP Server", "Copyright 2026 The Apache"),
}
present = [name for name, folder in MANUALS.items() if folder.is_dir()]


@cache
def pages(name: str) -> dict[str, Page]:
    """A third of the manual's pages."""
    folder = MANUALS[name]
    found = {}
    for path in sorted(folder.rglob("*.html"))[::3]:
        page = read_html(path.read_bytes(), url=f"http://127.0.0.1/{path.relative_to(folder)}")
        assert isinstance(page, Page), path
        found[str(path.relative_to(folder))] = page
    return found


@pytest.mark.parametrize("name", present)
def test_every_page_has_text_and_a_title(name: str) -> None:
    assert [path for path, page in pages(name).items() if len(page.text) < 20 or not page.title] == []


@pytest.mark.parametrize("name", present)
def test_no_page_keeps_its_navigation(name: str) -> None:
    with_navigation = {
        path: [word for word in NAVIGATION[name] if word in page.text] for path, page in pages(name).items()
    }
    assert {path: words for path, words in with_navigation.items() if words} == {}


@pytest.mark.parametrize("name", present)
def test_code_and_tables_survive(name: str) -> None:
    kinds = [block.kind for page in pages(name).values() for block in page.blocks]
    assert kinds.count(BlockKind.CODE) > 200
    assert kinds.count(BlockKind.TABLE) > 50
