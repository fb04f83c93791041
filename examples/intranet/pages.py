"""Pages written in Markdown with a few lines of YAML before them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import pairwise
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

SITES_FOLDER = Path(__file__).parent / "sites"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `path` as in its URL, `body` as HTML with `site:wiki` where the wiki's address belongs.

    `canonical` is the path that the page says it should be known by, empty when it says nothing.
    """

    path: str
    title: str
    body: str
    updated: datetime
    description: str
    author: str
    department: str
    product: str
    robots: str
    in_navigation: bool
    in_sitemap: bool
    canonical: str

    @property
    def section(self) -> str:
        """The first folder of the path, or an empty string: what the navigation groups by."""
        return self.path.split("/")[1] if self.path.count("/") > 1 else ""


def read_pages(site: str) -> Mapping[str, Page]:
    """Every page of one site's folder, by path, in alphabetical order."""
    folder = SITES_FOLDER / site
    pages = (_read_page(folder, file) for file in sorted(folder.rglob("*.md")))
    return {page.path: page for page in pages}


def _read_page(folder: Path, file: Path) -> Page:
    front_matter, _, markdown = file.read_text(encoding="utf-8").partition("\n---\n")
    meta = yaml.safe_load(front_matter)
    relative = file.relative_to(folder).with_suffix("").as_posix()
    path = "/" + re.sub(r"(^|/)index$", r"\1", relative)
    return Page(
        path=path,
        title=meta["title"],
        body=_to_html(markdown),
        updated=datetime.combine(meta["updated"], time(8), tzinfo=UTC),
        description=meta.get("description", ""),
        author=meta.get("author", ""),
        department=meta.get("department", ""),
        product=meta.get("product", ""),
        robots=meta.get("robots", ""),
        in_navigation=meta.get("navigation", True),
        in_sitemap=meta.get("sitemap", True),
        canonical=meta.get("canonical", path) or "",
    )


def _to_html(markdown: str) -> str:
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(markdown)
    _give_headings_anchors(tokens)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _give_headings_anchors(tokens: list[Token]) -> None:
    for token, text in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", re.sub(r"[^a-z0-9]+", "-", text.content.lower()).strip("-"))
