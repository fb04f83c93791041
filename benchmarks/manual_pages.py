"""Does reading keep what manuals hold? Every page of PostgreSQL's, Python's and Apache's, checked by lxml.

    python -m benchmarks.manual_pages [--every N]

Of each page: there is text and a title; the code of every `pre`, the cells of tables with header cells, the
terms of definition lists outside navigation are in the text; nothing is that only navigation says.
Faults go to standard error; the last line is the number of pages without one.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import html

from benchmarks.report import Figure, print_figure
from extract.page import Page
from extract.read import read
from extract.rules import DEFAULT_RULES

_HEADERS: Final = {"content-type": "text/html; charset=utf-8"}
_LEAST: Final = 20
"""Characters from which a line of navigation is told from a word of the text."""


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual on this machine, and what of its pages is navigation (XPath)."""

    name: str
    folder: Path
    navigation: str


MANUALS: Final = (
    Manual(
        "postgresql",
        Path("/usr/share/doc/postgresql-doc-15/html"),
        '//div[@class="navheader" or @class="navfooter"]',
    ),
    Manual(
        "python",
        Path("/usr/share/doc/python3-doc/html"),
        '//div[@class="related" or @class="sphinxsidebar" or @class="footer" or @class="mobile-nav"]',
    ),
    Manual(
        "apache",
        Path("/usr/share/doc/apache2-doc/manual/en"),
        '//div[@id="page-header" or @id="footer" or @class="toplang" or @class="bottomlang"]'
        '|//table[@class="related"]',
    ),
)
_KEPT: Final = {
    "code": ".//pre",
    "a table's cell": ".//table[.//th][not(.//table)]//*[self::td or self::th][not(pre or ul or dl or p)]",
    "a term": ".//dl/dt[not(ancestor::div[@class='toc'])]",
}


def main(arguments: list[str] | None = None) -> int:
    """Check the pages; 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.manual_pages", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="look at one page in so many")
    every = parser.parse_args(arguments).every
    good = number = 0
    for manual in MANUALS:
        for file in sorted(manual.folder.rglob("*.html"))[::every]:
            found = list(faults(manual, file.read_bytes()))
            for fault in found[:3]:
                print(f"{manual.name} {file.relative_to(manual.folder)}: {fault}", file=sys.stderr)
            number += 1
            good += not found
    print_figure(Figure("manuals, pages read faithfully", good, f"of {number}"))
    return 0 if good == number else 1


def faults(manual: Manual, body: bytes) -> Iterator[str]:
    """What is wrong with the reading of a page."""
    page = read(body, url="http://127.0.0.1/page.html", headers=_HEADERS, rules=DEFAULT_RULES)
    if not isinstance(page, Page):
        yield page.detail
        return
    if not page.title:
        yield "no title"
    text = _squeezed(page.text)
    tree: Any = html.fromstring(
        body.decode("utf-8", "replace").encode(), parser=html.HTMLParser(encoding="utf-8")
    )
    navigation = tree.xpath(manual.navigation)
    said = [_squeezed(line) for part in navigation for line in _lines(part)]
    for part in navigation:
        part.drop_tree()
    outside = _squeezed(tree.text_content())
    for line in said:
        if len(line) >= _LEAST and line in text and line not in outside:
            yield f"navigation is in the text: {line[:60]}"
    for what, path in _KEPT.items():
        for node in tree.xpath(path):
            words = _squeezed(node.text_content())
            if words and words not in text:
                yield f"{what} is missing: {words[:60]}"


def _lines(part: Any) -> Iterator[str]:
    yield part.text_content()
    for node in part.iterdescendants("tr", "li", "p", "td"):
        yield node.text_content()


def _squeezed(text: str) -> str:
    """Letters and digits alone: blocks, cells and signs are put together otherwise."""
    return re.sub(r"[\W_]+", "", text)


if __name__ == "__main__":
    sys.exit(main())
