"""A full sync of a site that did not change: what it costs beside the first one, and that it reads nothing.

The PostgreSQL manual is served by nginx, which answers 304, and synced with `--no-index`; then it counts as
indexed, and is synced again, the indexer beside it. With `--changed` another site is measured too, of 10,000
pages of which one in a hundred changes: what is sent, read and handed to the indexer are those alone.
`python -m benchmarks.resync [--rounds N] [--changed] [--folder F --entry E]`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.crawl import CONCURRENCY, CONFIGURATION, MANUAL
from benchmarks.report import Figure, print_figure
from catalog.database import Catalog, open_catalog
from catalog.documents import mark_indexed, pending_count, pending_documents
from catalog.embeddings import embedding_count
from settings.load import load_settings
from tests.support.static_site import StaticSite, serve_folder

PAGES: Final = 10_000
CHANGED: Final = 100
LINKED: Final = 200
"""Pages that one page of the made-up site links at most."""


@dataclass(frozen=True, slots=True)
class Synced:
    """One sync: its summary, and the processor seconds of all its processes."""

    run: Mapping[str, Any]
    processor_seconds: float

    @property
    def rate(self) -> float:
        """Pages a second."""
        return float(self.run["pages_per_second"])


@dataclass(frozen=True, slots=True)
class Round:
    """A site synced for the first time, and then again."""

    first: Synced
    again: Synced

    @property
    def share(self) -> float:
        """Processor seconds of the second sync by those of the first."""
        return self.again.processor_seconds / self.first.processor_seconds


def sync(config: Path, *options: str) -> Synced:
    """Run `crawler sync` to its end."""
    before = _processor_seconds()
    command = [sys.executable, "-m", "crawler", "sync", "--json", "--config", str(config), *options]
    done = subprocess.run(command, capture_output=True, check=True)
    (run,) = orjson.loads(done.stdout)["runs"]
    return Synced(run, _processor_seconds() - before)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def catalog_of(config: Path) -> Iterator[Catalog]:
    """The catalog of a configuration."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        yield catalog
    finally:
        catalog.close()


def count_as_indexed(config: Path) -> None:
    """Say that the indexes show everything: embedding it would take minutes, and is not what is measured."""
    with catalog_of(config) as catalog, catalog.write() as connection:
        while batch := pending_documents(connection, 1_000):
            mark_indexed(connection, [pending.mark for pending in batch])


def handed_to_the_indexer(config: Path) -> tuple[int, int]:
    """Documents that wait for the indexer, and embeddings that there are."""
    with catalog_of(config) as catalog, catalog.read() as connection:
        return pending_count(connection), embedding_count(connection)


def unchanged_round(url: str, site: StaticSite) -> Round:
    """Sync a site twice; every page that became a document must answer 304 and be left alone."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "connectors.yaml")
        config.write_text(CONFIGURATION.format(url=url, concurrency=CONCURRENCY))
        first = sync(config, "--no-index")
        count_as_indexed(config)
        asked_before = len(site.requests())
        again = sync(config)
        statuses = [status for status, _target in site.requests()[asked_before:] if status != 404]
        run, documents = again.run, first.run["added"]
        assert (run["added"], run["changed"], run["unchanged"]) == (0, 0, documents), run
        assert statuses == [304] * documents, "no page was to be sent, so none was read"
        assert handed_to_the_indexer(config) == (0, 0), "nothing was to be embedded"
    print(
        f"first: {documents} documents, {first.processor_seconds:.2f} processor seconds;"
        f" again: {again.rate:.0f} pages/s, {again.processor_seconds:.2f} processor seconds",
        file=sys.stderr,
    )
    return Round(first, again)


def changed_round() -> Round:
    """Sync a site of 10,000 pages, change one in a hundred, sync it again: those alone are read."""
    with tempfile.TemporaryDirectory() as folder:
        pages, config = Path(folder, "site"), Path(folder, "connectors.yaml")
        pages.mkdir()
        for number in range(PAGES):
            _write_page(pages, number, "as it was")
        with serve_folder(pages, log=True) as site:
            url = f"{site.url}/0.html"
            config.write_text(CONFIGURATION.format(url=url, concurrency=CONCURRENCY))
            first = sync(config, "--no-index")
            count_as_indexed(config)
            for number in range(0, PAGES, PAGES // CHANGED):
                _write_page(pages, number, "changed meanwhile")
            asked_before = len(site.requests())
            again = sync(config, "--no-index")
            sent = [target for status, target in site.requests()[asked_before:] if status == 200]
        assert len(sent) == CHANGED, sent
        assert (first.run["added"], again.run["unchanged"]) == (PAGES, PAGES - CHANGED), again.run
        assert (again.run["changed"], handed_to_the_indexer(config)[0]) == (CHANGED, CHANGED), again.run
    return Round(first, again)


def _write_page(folder: Path, number: int, said: str) -> None:
    children = range(number * LINKED + 1, min((number + 1) * LINKED + 1, PAGES))
    links = "".join(f'<li><a href="{child}.html">Page {child}</a></li>' for child in children)
    text = f"What page {number} says of the harbour, the ships and their cargo stands here {said}. " * 20
    folder.joinpath(f"{number}.html").write_text(
        f"<!doctype html><html lang=en><title>Page {number}</title><body><main><h1>Page {number}</h1>"
        f"<p>{text}</p><ul>{links}</ul></main></body></html>"
    )


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changed", action="store_true", help="measure 1 %% of 10,000 pages changed too")
    parser.add_argument("--folder", type=Path, default=MANUAL)
    parser.add_argument("--entry", default="index.html")
    options = parser.parse_args()
    with serve_folder(options.folder, log=True) as site:
        url = f"{site.url}/{options.entry}"
        rounds = [unchanged_round(url, site) for _ in range(options.rounds)]
    if options.changed:
        found = changed_round()
        print_figure(Figure("resync, 1 % changed: processor seconds", found.share, "of the first sync's"))
    share = statistics.median(each.share for each in rounds)
    print_figure(Figure("resync, unchanged: processor seconds", share, "of the first sync's"))
    print_figure(
        Figure("resync, unchanged", statistics.median(each.again.rate for each in rounds), "pages/s")
    )


if __name__ == "__main__":
    main()
