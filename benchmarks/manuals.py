"""Do questions find their page? Asked over the crawled manuals of PostgreSQL, Python and Apache.

100 terms drawn by a fixed seed from the manuals' own indexes are asked as "What is TERM?"; one counts when a
page that the index links for it is among the first three. Ten questions in plain language follow. `--config`
names a configuration whose catalog holds the manuals (all three, wherever they were served), indexed;
without it they are served on loopback, crawled and indexed first.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urldefrag, urljoin

from lxml import html
from sqlalchemy import select

from benchmarks.report import Figure, print_figure
from catalog.database import Catalog, open_catalog
from catalog.tables import documents
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from settings.load import load_settings
from tests.support.static_site import serve_folder

SEED: Final = 20261123
TOP: Final = 3

Pages = frozenset[str]
"""Paths below a manual's folder."""


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual on this machine: the folder to serve, the first page in it, the index (below the first
    page's folder), and how many of its terms are drawn."""

    name: str
    served: Path
    start: str
    index: str
    terms: int
    read: Callable[[html.HtmlElement], Iterator[tuple[str, list[str]]]]

    @property
    def folder(self) -> Path:
        """Where the pages lie."""
        return (self.served / self.start).parent


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the manual it is about, and the pages that answer it."""

    text: str
    manual: str
    pages: Pages


def _postgresql_terms(page: html.HtmlElement) -> Iterator[tuple[str, list[str]]]:
    """`<dt>TERM, <a class="indexterm" href=…>`; terms that only head a group are left out."""
    for entry in page.xpath('//div[@class="indexdiv"]/dl/dt[a]'):
        yield (entry.text or "").strip().rstrip(","), entry.xpath("a/@href")


def _python_terms(page: html.HtmlElement) -> Iterator[tuple[str, list[str]]]:
    """A linked or a bare name, with its homonyms ("(in module os)", "module") in a list below it."""
    for entry in page.xpath('//table[contains(@class, "indextable")]//td/ul/li'):
        links = entry.xpath("a")
        homonyms = entry.xpath('ul/li/a[starts-with(., "(") or . = "module"]/@href')
        name = links[0].text_content() if links else (entry.text or "")
        yield name.strip(), [*entry.xpath("a/@href"), *homonyms]


def _apache_terms(page: html.HtmlElement) -> Iterator[tuple[str, list[str]]]:
    """The list of directives."""
    for link in page.xpath('//div[@id="directive-list"]//li/a[@href]'):
        yield link.text_content().strip(), [link.get("href", "")]


MANUALS: Final = (
    Manual(
        "postgresql",
        Path("/usr/share/doc/postgresql-doc-15/html"),
        "index.html",
        "bookindex.html",
        40,
        _postgresql_terms,
    ),
    Manual(
        "python",
        Path("/usr/share/doc/python3-doc/html"),
        "index.html",
        "genindex-all.html",
        40,
        _python_terms,
    ),
    Manual(
        "apache",
        Path("/usr/share/doc/apache2-doc/manual"),
        "en/index.html",
        "mod/directives.html",
        20,
        _apache_terms,
    ),
)

QUESTIONS: Final = tuple(
    Asked(text, manual, frozenset(pages.split()))
    for manual, text, pages in (
        ("postgresql", "How can I see how much disk space my tables take up?", "disk-usage.html"),
        ("postgresql", "How do I load a large amount of data quickly?", "populate.html"),
        (
            "postgresql",
            "Which file decides who may connect from which host, and how they log in?",
            "auth-pg-hba-conf.html",
        ),
        (
            "postgresql",
            "How do I bring the database back to the state it had at an earlier moment?",
            "continuous-archiving.html",
        ),
        (
            "python",
            "How do I read the options that were given on the command line?",
            "library/argparse.html howto/argparse.html library/getopt.html library/optparse.html",
        ),
        ("python", "How can I measure how long a small piece of code takes?", "library/timeit.html"),
        (
            "python",
            "Why does a default argument keep its value between calls of my function?",
            "faq/programming.html tutorial/controlflow.html",
        ),
        (
            "python",
            "How do I copy a nested list so that it shares nothing with the original?",
            "library/copy.html",
        ),
        (
            "apache",
            "How do I serve several web sites from one machine with a single IP address?",
            "vhosts/name-based.html vhosts/examples.html",
        ),
        ("apache", "How can I protect a folder with a user name and a password?", "howto/auth.html"),
    )
)


def main(arguments: list[str] | None = None) -> int:
    """Ask everything; misses go to standard error, the last line is the share of terms found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.manuals", description=__doc__)
    parser.add_argument("--config", type=Path, help="a configuration whose catalog holds the manuals")
    config = parser.parse_args(arguments).config
    if config is not None:
        return ask(config)
    with tempfile.TemporaryDirectory() as folder:
        return ask(crawled(Path(folder)))


def crawled(folder: Path) -> Path:
    """Serve the manuals, crawl and index them into `folder`; the configuration's path."""
    config = folder / "connectors.yaml"
    with ExitStack() as serving:
        connectors = []
        for manual in MANUALS:
            site = serving.enter_context(serve_folder(manual.served))
            connectors.append(
                f"  - name: {manual.name}\n"
                f"    seeds: ['{site.url}/{manual.start}']\n"
                "    scope: {follow: path}\n"
                "    politeness: {requests_per_minute: unlimited, concurrency: 16}\n"
            )
        store = f"store: {{database: 'sqlite:///{folder}/catalog.db', directory: '{folder}/data'}}\n"
        config.write_text(f"version: 1\n{store}connectors:\n{''.join(connectors)}", encoding="utf-8")
        command = [sys.executable, "-m", "crawler", "sync", "--config", str(config)]
        subprocess.run(command, stdout=sys.stderr, check=True)
    return config


def ask(config: Path) -> int:
    """Ask everything of the catalog that `config` names."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        prefixes = {manual.name: prefix(catalog, manual) for manual in MANUALS}
        retriever = open_retriever(catalog, settings)
        found = _count(retriever, QUESTIONS, prefixes)
        unit = f"of {len(QUESTIONS)} with their page in the top {TOP}"
        print_figure(Figure("manuals, plain questions", found, unit))
        terms = drawn_terms()
        found = _count(retriever, terms, prefixes)
    finally:
        catalog.close()
    print_figure(Figure("manuals, index terms", found, f"of {len(terms)} with their page in the top {TOP}"))
    return 0


def drawn_terms() -> tuple[Asked, ...]:
    """Terms of every manual, as questions, the same ones each time."""
    drawn = random.Random(SEED)
    return tuple(
        Asked(f"What is {term}?", manual.name, pages)
        for manual in MANUALS
        for term, pages in drawn.sample(sorted(index_terms(manual).items()), manual.terms)
    )


def index_terms(manual: Manual) -> dict[str, Pages]:
    """Every term of a manual's index that holds a word of two letters, and the pages linked for it."""
    page = html.parse(str(manual.folder / manual.index)).getroot()
    terms: dict[str, set[str]] = {}
    for term, links in manual.read(page):
        name = " ".join(term.split())
        if links and re.search("[A-Za-z]{2}", name):
            targets = (urldefrag(urljoin(manual.index, link)).url for link in links)
            terms.setdefault(name, set()).update(targets)
    return {name: frozenset(pages) for name, pages in terms.items()}


def prefix(catalog: Catalog, manual: Manual) -> str:
    """What stands before a page's path in the catalog's URLs of this manual: what most pages agree on."""
    paths = {str(file.relative_to(manual.folder)) for file in manual.folder.rglob("*.html")}
    with catalog.read() as connection:
        urls = connection.scalars(select(documents.c.url).where(documents.c.deleted_at.is_(None))).all()
    counted = Counter(start for url in urls for start in _prefixes(url, paths))
    if not counted:
        sys.exit(f"no page of the {manual.name} manual is in the catalog: crawl {manual.folder} first")
    return counted.most_common(1)[0][0]


def _prefixes(url: str, paths: set[str]) -> Iterator[str]:
    parts = url.split("/")
    for cut in range(3, len(parts)):
        if "/".join(parts[cut:]) in paths:
            yield "/".join(parts[:cut]) + "/"


def _count(retriever: FollowingRetriever, questions: Iterable[Asked], prefixes: Mapping[str, str]) -> int:
    found = 0
    for asked in questions:
        results = retriever.search(Question(asked.text, page_size=TOP))
        start = prefixes[asked.manual]
        if any(hit.url.removeprefix(start) in asked.pages for hit in results.hits):
            found += 1
        else:
            shown = ", ".join(hit.url for hit in results.hits) or "nothing"
            print(f"{asked.text} → {', '.join(sorted(asked.pages))}; got {shown}", file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())
