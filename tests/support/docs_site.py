"""Manuals whose pages are Markdown that a script shows for `#/…`: docsify itself, and a small likeness."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from string import Template
from typing import Final

from examples.intranet.pages import SITES_FOLDER
from tests.support.npm_packages import npm_package
from tests.support.static_site import StaticSite, serve_folder

DOCSIFY: Final = ("docsify", "5.0.0")
DOCUMENTATION: Final = (
    ("npm", "11.21.2", "docs/content", ""),
    ("eslint-plugin-jest", "29.17.0", "docs/rules", "jest/"),
    ("fastify", "5.12.8", "docs", "fastify/"),
)
"""Packages that carry their manual in Markdown: name, version, its folder there, its folder on our site."""
_LIKENESS: Final = Path(__file__).parent / "docs_app"
_DOCSIFY_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Manual</title>
<link rel="stylesheet" href="/docsify/themes/core.min.css">
</head>
<body>
<div id="app"></div>
<script>
window.$docsify = {
  name: 'Manual', loadSidebar: true, alias: {'/.*/_sidebar.md': '/_sidebar.md'},
  relativePath: true, auto2top: true, noEmoji: true,
};
</script>
<script src="/docsify/docsify.min.js"></script>
</body>
</html>
"""


class Application(Enum):
    """What shows the Markdown, and what stands before the name of a page in an address."""

    DOCSIFY = ("docsify", "#/")
    HASH = ("its likeness", "#/")
    HASH_BANG = ("its likeness", "#!/")

    @property
    def marker(self) -> str:
        """``#/`` or ``#!/``."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Manual:
    """Markdown by the name of its page (``travel/booking``), the first heading being its title.

    Pages in `unlisted` do not stand in the sidebar: other pages' texts link to them.
    """

    pages: Mapping[str, str]
    unlisted: frozenset[str] = frozenset()

    def first(self, count: int) -> Manual:
        """A manual of no more than the first `count` pages."""
        return Manual(dict(islice(self.pages.items(), count)), self.unlisted)

    def titles(self) -> dict[str, str]:
        """The title of each page."""
        return {name: _title(text) or name for name, text in self.pages.items()}

    def addresses(self, site: StaticSite, application: Application) -> dict[str, str]:
        """The address of each page on a site; the front page's is that of the site."""
        named = {name: f"{site.url}/{application.marker}{name}" for name in self.pages}
        return named | {"README": f"{site.url}/"}


@contextmanager
def serve_manual(folder: Path, manual: Manual, application: Application) -> Iterator[StaticSite]:
    """Write a manual into a folder and serve it until the block ends. Its front page is README.md.

    Raises `NpmUnavailableError` for docsify where the cache lacks it and npm cannot fetch it.
    """
    for name, text in manual.pages.items():
        file = folder / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    titles = manual.titles()
    listed = [
        f"* [{titles[name]}](/{'' if name == 'README' else f'{name}.md'})"
        for name in manual.pages
        if name not in manual.unlisted
    ]
    (folder / "_sidebar.md").write_text("\n".join(listed), encoding="utf-8")
    if application is Application.DOCSIFY:
        shutil.copytree(npm_package(*DOCSIFY) / "dist", folder / "docsify", dirs_exist_ok=True)
        (folder / "index.html").write_text(_DOCSIFY_PAGE, encoding="utf-8")
    else:
        shutil.copy(_LIKENESS / "app.js", folder)
        page = Template((_LIKENESS / "index.html").read_text(encoding="utf-8"))
        (folder / "index.html").write_text(page.substitute(marker=application.marker), encoding="utf-8")
    with serve_folder(folder, log=True) as site:
        yield site


def company_manual() -> Manual:
    """The sample company's texts: every third page is linked from the text of the page before it, only."""
    texts = {
        f"{site}/{name}": f"# {title}\n\n{text}"
        for site in ("handbook", "wiki", "finance")
        for name, title, text in _company_pages(SITES_FOLDER / site)
    }
    names = list(texts)
    unlisted = frozenset(names[2::3])
    for before, name in zip(names[1::3], names[2::3], strict=False):
        texts[before] += f"\n\nMore about this is in [another page](/{name}.md)."
    return Manual({"README": "# The manual\n\nChoose a page.", **texts}, unlisted)


def package_documentation() -> Manual:
    """About 200 pages: the manuals of npm and fastify, and the rules of eslint-plugin-jest.

    Raises `NpmUnavailableError`.
    """
    pages = {"README": "# Manuals\n\nOf npm, fastify and eslint-plugin-jest."}
    for package, version, inside, outside in DOCUMENTATION:
        folder = npm_package(package, version) / inside
        for file in sorted(folder.rglob("*.md")):
            name = outside + file.relative_to(folder).with_suffix("").as_posix()
            pages[name] = _with_heading(file.read_text(encoding="utf-8"))
    return Manual(pages)


def _company_pages(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name, title and text of each page; a title of its own even where two pages share one."""
    for file in sorted(folder.rglob("*.md")):
        _, _, text = file.read_text(encoding="utf-8").partition("\n---\n")
        name = file.relative_to(folder).with_suffix("").as_posix()
        prose = re.sub(r"^# .*\n", "", text.strip(), count=1)
        # Links lead to addresses of the company's sites, which mean nothing here.
        yield (
            name,
            f"{_title(text) or name} ({folder.name}, {name})",
            re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", prose),
        )


def _title(markdown: str) -> str | None:
    prose = markdown.partition("```")[0]  # in code, # begins a comment
    found = re.search(r"^# +(.+)$", prose, re.MULTILINE)
    return found[1].strip() if found else None


def _with_heading(markdown: str) -> str:
    """The text without front matter; its title becomes the first heading where there is none."""
    matter = re.match(r"---\n(.*?)\n---\n", markdown, re.DOTALL)
    if matter is None:
        return markdown
    text = markdown[matter.end() :]
    title = re.search(r"^title: *(.+)$", matter[1], re.MULTILINE)
    return text if title is None or _title(text) else f"# {title[1]}\n\n{text}"
