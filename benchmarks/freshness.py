"""How soon a changed page is found after it was fetched, with a million passages in the base.

`python -m benchmarks.freshness [--passages N] [--changes N]`. Pages of a real server change one after the
other. Each time `crawler sync` runs, once beside `indexer run --watch` (as in the middle of a long sync) and
once with the indexer of its own, which starts with it; meanwhile the real retriever looks for the new word
without pause. The base is made once, of the passages of `benchmarks.passages` over and over, and kept in
`SITELORE_BENCH_FRESHNESS` (/tmp/sitelore-freshness): some 20 minutes and 4 GB for a million.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.passage_base import make_base
from benchmarks.report import Figure, print_figure
from catalog.database import open_catalog
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Passage, Question
from settings.load import load_settings
from tests.support.changing_site import Answer, ChangingSite, page, serve_site

PASSAGES: Final = 1_000_000
CHANGES: Final = 20
LATEST_SECONDS: Final = 5.0
PAGES: Final = 20
PATIENCE_SECONDS: Final = 120.0

CONFIGURATION: Final = """\
version: 1
store: {{database: 'sqlite:///{folder}/catalog.db', directory: '{folder}/data'}}
connectors:
  - name: site
    seeds: ['{url}']
    access: public
    politeness: {{requests_per_minute: unlimited, concurrency: 8}}
    render: never
    discover_sitemaps: false
"""


def main() -> int:
    """Measure both ways; 1 where a page was found later than it should be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.freshness", description=__doc__)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--changes", type=int, default=CHANGES)
    chosen = parser.parse_args()
    name = os.environ.get("SITELORE_BENCH_FRESHNESS", "/tmp/sitelore-freshness")
    folder = Path(name) / str(chosen.passages)
    folder.mkdir(parents=True, exist_ok=True)
    site = _FreshSite()
    with serve_site() as served:
        site.serve_by(served)
        config = folder / "connectors.yaml"
        config.write_text(CONFIGURATION.format(folder=folder, url=served.url("/0")))
        settings = load_settings(config)
        make_base(folder, settings, chosen.passages)
        with closing(open_catalog(settings.store.database, settings.store.directory)) as catalog:
            retriever = open_retriever(catalog, settings)
            retriever.prepare()
            _sync(config).wait()
            with _watching(config):
                site.say_new()
                _seconds(site, retriever, _sync(config, "--no-index"))  # the indexer has loaded its model
                beside = [
                    _seconds(site, retriever, _sync(config, "--no-index"))
                    for _ in _said(site, chosen.changes)
                ]
            own = [_seconds(site, retriever, _sync(config)) for _ in _said(site, chosen.changes)]
    return _print(beside, own, chosen.passages)


def _print(beside: Sequence[float], own: Sequence[float], passages: int) -> int:
    for seconds, how in ((own, "the sync's own indexer"), (beside, "an indexer that runs")):
        name = f"fetched → searchable, {passages:,} passages, {how}"
        print(" ".join(f"{value:.2f}" for value in seconds), file=sys.stderr)
        print_figure(Figure(f"{name}: median", statistics.median(seconds), "s"))
        print_figure(Figure(f"{name}: latest", max(seconds), "s"))
    return int(max(*beside, *own) > LATEST_SECONDS)


class _FreshSite:
    """Twenty pages, of which one at a time says a new word; when that was fetched first."""

    def __init__(self) -> None:
        self.word = "unsaid"
        self.fetched: float | None = None
        self._number = 0

    def serve_by(self, site: ChangingSite) -> None:
        """Declare the pages."""
        links = [f"/{number}" for number in range(1, PAGES)]
        site.pages["/0"] = page("Start", *links)
        for number in range(1, PAGES):
            site.pages[f"/{number}"] = self._declared(number)

    def say_new(self) -> None:
        """Change the next page."""
        self._number = self._number % (PAGES - 1) + 1
        self.word = f"fresh{secrets.token_hex(6)}"
        self.fetched = None

    @property
    def said(self) -> str:
        """What the changed page says."""
        return _saying(self._number, self.word)

    def _declared(self, number: int) -> Callable[[Mapping[str, str]], Answer]:
        said = ["nothing yet"]

        def answer(_: Mapping[str, str]) -> Answer:
            if number == self._number:
                said[0] = self.word
                self.fetched = self.fetched or time.monotonic()
            return page(f"Page {number}", text=_saying(number, said[0]) * 5)

        return answer


def _saying(number: int, word: str) -> str:
    return f"What page {number} says of the harbour is {word}. "


def _said(site: _FreshSite, changes: int) -> Iterator[None]:
    for _ in range(changes):
        site.say_new()
        yield


def _sync(config: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler", "sync", "--config", str(config), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _seconds(site: _FreshSite, retriever: FollowingRetriever, sync: subprocess.Popen[bytes]) -> float:
    """From the first request for the changed page until both halves find what it says now."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    question = Question(site.said)
    with sync:
        while True:
            retriever.refresh()
            hits = retriever.search(question).hits
            if any(
                site.word in passage.text and _by_both(passage) for hit in hits for passage in hit.passages
            ):
                break
            if time.monotonic() > deadline:
                raise SystemExit(f"{site.said!r} was not found within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.02)
        found = time.monotonic()
    assert site.fetched is not None
    return found - site.fetched


def _by_both(passage: Passage) -> bool:
    return passage.dense is not None and passage.lexical is not None


@contextmanager
def _watching(config: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "indexer", "run", "--watch", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
