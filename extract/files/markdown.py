"""Markdown: the blocks of the page that it is written for, and what its front matter states.

By markdown-it-py: kreuzberg 4.10 leaves out the text of a list item that has a list of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt

from catalog.document import Block
from extract.files.content import FileContent
from extract.files.text import text_blocks
from extract.html.whole import whole_blocks

MARKDOWN: Final = "text/markdown"
_FRONT_MATTER: Final = re.compile(
    r"\A\ufeff?---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_MOST: Final = 4_000_000
"""Characters beyond which a text is read as it stands: nobody writes as much by hand."""
_STATED: Final = {
    "title": "title",
    "description": "description",
    "created_at": "date",
    "modified_at": "updated",
}


def markdown_content(text: str) -> FileContent:
    """What a text in CommonMark with tables holds."""
    text = text.replace("\0", "").replace("\r\n", "\n")
    if len(text) > _MOST:
        return FileContent(text_blocks(text), {})
    matter = _FRONT_MATTER.match(text)
    statements = _statements(matter[1]) if matter else None
    if matter and statements is not None:
        text = text[matter.end() :]
    return FileContent(_blocks(text), _metadata(statements or {}))


def _blocks(text: str) -> Iterable[Block]:
    return whole_blocks(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def _statements(written: str) -> Mapping[str, Any] | None:
    """The front matter; None where it is none, such as a text between two rules."""
    try:
        found = yaml.safe_load(written)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else None


def _metadata(statements: Mapping[str, Any]) -> dict[str, object]:
    authors = statements.get("authors") or statements.get("author") or []
    names = authors if isinstance(authors, list) else [authors]
    metadata: dict[str, object] = {"authors": [name for name in names if isinstance(name, str)]}
    for ours, theirs in _STATED.items():
        if statements.get(theirs) is not None and not isinstance(statements[theirs], (dict, list)):
            metadata[ours] = str(statements[theirs])
    return metadata
