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
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import insert

from benchmarks.passages import cache_folder, read_texts, read_vectors
from benchmarks.report import Figure, print_figure
from catalog.chunks import chunks_of_documents
from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.database import Catalog, open_catalog
from catalog.document import Block, BlockKind, document_id
from catalog.documents import read_documents
from catalog.tables import chunks, documents
from catalog.vocabulary import PUBLIC
from indexer.embedding.opening import open_embedder
from indexer.layout import IndexLayout
from indexer.lexical.writer import LexicalWriter
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Passage, Question
from indexer.serving import begin_build, read_served, recipe, serve
from indexer.vectors.backend import VectorBatch
from indexer.vectors.writer import rebuild_vectors
from settings.configuration import Settings
from settings.load import load_settings
from tests.support.changing_site import Answer, ChangingSite, page, serve_site

PASSAGES: Final = 1_000_000
CHANGES: Final = 20
LATEST_SECONDS: Final = 5.0
PAGES: Final = 20
PATIENCE_SECONDS: Final = 120.0
_PER_DOCUMENT: Final = 10
_DOCUMENTS: Final = 1_000
_NOISE: Final = 0.02

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


def make_base(folder: Path, settings: Settings, passages: int) -> None:
    """A catalog and both indexes of so many passages, unless they are there for these very settings."""
    layout = IndexLayout(settings.store.directory)
    served = read_served(layout) if layout.served.exists() else None
    if served is not None and served.recipe == recipe(settings):
        return
    for made in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
        (folder / made).unlink(missing_ok=True)
    shutil.rmtree(layout.data, ignore_errors=True)
    embedder = open_embedder(settings.index, layout)
    with closing(open_catalog(settings.store.database, settings.store.directory)) as catalog:
        build = begin_build(catalog, layout, settings, embedder.model_key)
        with LexicalWriter(build.lexical, settings.fields) as lexical:
            batches = _batches(catalog, lexical, passages)
            rebuild_vectors(build.vectors, embedder.model_key, embedder.dimension, batches)
            lexical.commit()
        serve(layout, build)


def _batches(catalog: Catalog, lexical: LexicalWriter, passages: int) -> Iterator[VectorBatch]:
    """Writes documents and their words; their vectors, some thousand at a time."""
    texts = cycle(read_texts(cache_folder()))
    vectors = read_vectors(cache_folder())
    random = np.random.default_rng(6)
    for start in range(0, passages, _DOCUMENTS * _PER_DOCUMENT):
        count = min(_DOCUMENTS * _PER_DOCUMENT, passages - start)
        names = _add_documents(catalog, start // _PER_DOCUMENT, list(islice(texts, count)))
        with catalog.read() as connection:
            found = read_documents(connection, names)
            stored = chunks_of_documents(connection, names)
        for name in names:
            lexical.replace(found[name], [(chunk.id, chunk.content) for chunk in stored[name]])
        rows = vectors[np.arange(start, start + count) % len(vectors)].astype(np.float32)
        rows += random.standard_normal(rows.shape, dtype=np.float32) * _NOISE
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        print(f"{start + count:,} passages", file=sys.stderr, flush=True)
        yield VectorBatch(
            np.array([chunk.id for name in names for chunk in stored[name]], dtype=np.int64),
            tuple(name for name in names for _ in stored[name]),
            np.full(count, PUBLIC, dtype=np.uint32),
            rows.astype(np.float16),
        )


def _add_documents(catalog: Catalog, first: int, texts: Sequence[str]) -> list[str]:
    now = datetime.now(UTC)
    names, rows, parts = [], [], []
    for number in range(0, len(texts), _PER_DOCUMENT):
        url = f"https://base.example/{first + number // _PER_DOCUMENT}"
        names.append(document_id("base", url))
        said = texts[number : number + _PER_DOCUMENT]
        rows.append(_document_row(names[-1], url, said[0], now))
        parts += [_chunk_row(names[-1], ordinal, text) for ordinal, text in enumerate(said)]
    with catalog.write() as connection:
        connector = connector_id(connection, "base")
        connection.execute(insert(documents), [row | {"connector_id": connector} for row in rows])
        connection.execute(insert(chunks), parts)
    return names


def _document_row(name: str, url: str, text: str, now: datetime) -> dict[str, object]:
    return {
        "id": name,
        "url_id": 1,
        "url": url,
        "kind": "page",
        "version": 1,
        "title": text.partition("\n")[0][:80],
        "language": "en",
        "fields": {},
        "content": pack_blocks([Block(BlockKind.PARAGRAPH, text)]),
        "content_hash": secrets.token_bytes(16),
        "access_id": PUBLIC,
        "created_at": now,
        "changed_at": now,
        "fetched_at": now,
        "run_id": 1,
        "pending": False,
    }


def _chunk_row(name: str, ordinal: int, text: str) -> dict[str, object]:
    return {
        "document_id": name,
        "version": 1,
        "ordinal": ordinal,
        "text": text,
        "heading_path": [],
        "start": 0,
        "end": len(text),
        "embedding_key": secrets.token_bytes(16),
    }


if __name__ == "__main__":
    sys.exit(main())
