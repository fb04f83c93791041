"""The documents of `../shared/suites/documents`, and which of the strings that they must yield were found.

The strings are Markdown as markitdown writes it; an index keeps words, links and kinds of blocks instead. So
words are compared, the target of a link is looked for among the links, a fence is a block of code, and of a
label such as `**From:**` the value counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalog.document import BlockKind
from extract.page import Page
from tests.support.suites import SUITES

FOLDER: Final = SUITES / "documents"
NOT_IN_THE_FILE: Final = frozenset({"## Content", "# Email Message", "| --- | --- | --- |"})
"""What markitdown adds by itself."""
_PARTED: Final = re.compile(r"(\w+)-\n(\w+)")
_LABEL: Final = re.compile(r"\*\*[\w ]+:\*\* (.*)", re.DOTALL)
_LINK: Final = re.compile(r"\]\([^)]*\)?")


@dataclass(frozen=True, slots=True)
class Case:
    """A document with what it must and must not yield, and its whole text, where that is given."""

    path: Path
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    text: str | None

    def missing(self, page: Page) -> list[str]:
        """The strings of `wanted` that a page lacks."""
        return [string for string in self.wanted if not _holds(page, string)]

    def present(self, page: Page) -> list[str]:
        """The strings of `unwanted` that stand in a page's text."""
        return [string for string in self.unwanted if string in page.text]

    def words_found(self, page: Page) -> tuple[int, int]:
        """How many of the different words of the whole text stand in a page, and of how many.

        Words that the reference parts at the ends of lines count as they stand in a page: whole, or in two.
        """
        text = _PARTED.sub(lambda parted: _as_read(parted[1], parted[2], page), self.text or "")
        expected = set(re.findall(r"\w+", text))
        return len(expected & set(re.findall(r"\w+", page.text))), len(expected)


def _as_read(before: str, after: str, page: Page) -> str:
    return f"{before}-{after}" if f"{before}-{after}" in page.text else before + after


def cases() -> Iterator[Case]:
    """All documents; none where the suite is not there."""
    manifest = FOLDER / "manifest.json"
    for case in json.loads(manifest.read_bytes()) if manifest.exists() else ():
        yield _case(case)


def _case(case: Mapping[str, Any]) -> Case:
    expected = case["expected_text_file"]
    return Case(
        FOLDER / case["file"],
        tuple(string for string in case["must_include"] or () if _is_of_the_file(string)),
        tuple(case["must_not_include"] or ()),
        (FOLDER / expected).read_text(encoding="utf-8") if expected else None,
    )


def _is_of_the_file(string: str) -> bool:
    """Neither a picture's bytes, which no index holds, nor a word of markitdown's own."""
    return not string.startswith("data:image") and string not in NOT_IN_THE_FILE


def _holds(page: Page, string: str) -> bool:
    if string.startswith("```"):
        return any(block.kind is BlockKind.CODE for block in page.blocks)
    if string.startswith("]("):
        return any(link.url.startswith(string[2:]) for link in page.links)
    label = _LABEL.fullmatch(string)
    return _words(label[1] if label else _LINK.sub(" ", string)) in _all_words(page)


def _all_words(page: Page) -> str:
    stated = " ".join(map(str, page.fields.values()))
    return _words(f"{page.title} {stated} {page.text}")


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))
