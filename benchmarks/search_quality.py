"""nDCG@10 of dense, lexical and hybrid retrieval over two public judged sets, through the real path.

Every text becomes a document of a catalog, is chunked, embedded and indexed by the real pipeline, and asked
for through the real retriever. Of squad11_dev's 10,570 questions 1,500 are drawn by a fixed seed (the
standard error of the mean is below .01); cranfield is asked in full.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from benchmarks.report import Figure, print_figure
from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.database import Catalog, open_catalog
from catalog.document import Block, BlockKind, DocumentKind, url_key
from catalog.recording import save_documents
from catalog.visit import DocumentDraft
from catalog.vocabulary import PUBLIC
from indexer.embedding.opening import open_embedder
from indexer.layout import IndexLayout
from indexer.pipeline import Pipeline
from indexer.retrieval.evaluation import Mode, evaluate
from indexer.retrieval.judgements import JudgedQuery
from indexer.retrieval.opening import open_retriever
from settings.configuration import Settings
from settings.load import load_settings

SETS: Final = Path(__file__).resolve().parents[1] / "../shared/suites/ir"
NAMES: Final = ("squad11_dev", "cranfield")
MOST_QUESTIONS: Final = 1500
SEED: Final = 7

_CONFIGURATION: Final = "version: 1\nconnectors: [{name: judged, seeds: ['https://judged.example/']}]\n"


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Texts by address (title and body), and judged questions."""

    texts: Mapping[str, tuple[str, str]]
    questions: tuple[JudgedQuery, ...]


def main() -> int:
    """Measure each set; the last line is the mean of hybrid beside that of each set's better half."""
    if not SETS.is_dir():
        print(f"the judged sets are expected in {SETS}", file=sys.stderr)
        return 1
    hybrid, halves = [], []
    for name in NAMES:
        measured = measure(read_set(SETS / name))
        print(f"{name}: " + ", ".join(f"{mode} {value:.4f}" for mode, value in measured.items()), flush=True)
        hybrid.append(measured[Mode.HYBRID])
        halves.append(max(measured[Mode.DENSE], measured[Mode.LEXICAL]))
    figure = Figure(
        "search_quality",
        sum(hybrid) / len(hybrid),
        "mean nDCG@10, hybrid",
        "the better half",
        sum(halves) / len(halves),
    )
    print_figure(figure)
    return 0


def measure(judged: JudgedSet) -> dict[Mode, float]:
    """nDCG@10 by mode."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "connectors.yaml"
        config.write_text(_CONFIGURATION, encoding="utf-8")
        settings = load_settings(config)
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            _save(catalog, judged.texts)
            return _evaluate(catalog, settings, judged)
        finally:
            catalog.close()


def _evaluate(catalog: Catalog, settings: Settings, judged: JudgedSet) -> dict[Mode, float]:
    embedder = open_embedder(settings.index, IndexLayout(settings.store.directory))
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        pipeline.run_once()
    remembered = lru_cache(maxsize=None)(embedder.embed_query)  # asked by two modes, embedded once

    class Remembering:
        model_key = embedder.model_key
        embed_query = staticmethod(remembered)

    retriever = open_retriever(catalog, settings, embedder=Remembering())
    means = evaluate(retriever, judged.questions).means
    return {mode: quality.ndcg_at_10 for mode, quality in means.items()}


def _save(catalog: Catalog, texts: Mapping[str, tuple[str, str]]) -> None:
    with catalog.write() as connection:
        connector = connector_id(connection, "judged")
        drafts = [
            DocumentDraft(
                id=url_key("judged", url).hex(),
                url_id=number,
                url=url,
                kind=DocumentKind.PAGE,
                title=title,
                language="en",
                fields={},
                content=pack_blocks([Block(BlockKind.PARAGRAPH, text)]),
                content_hash=url_key("judged", url),
                access_id=PUBLIC,
            )
            for number, (url, (title, text)) in enumerate(texts.items(), start=1)
        ]
        save_documents(connection, connector, 1, drafts, now=datetime.now(UTC))


def read_set(folder: Path) -> JudgedSet:
    """A set in BEIR's layout; questions without a relevant text are left out."""
    texts = {
        _address(entry["_id"]): (entry.get("title") or "", entry["text"])
        for entry in _json_lines(folder / "corpus.jsonl")
    }
    grades: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, text, grade = line.split("\t")
        grades.setdefault(question, {})[_address(text)] = float(grade)
    questions = [
        JudgedQuery(entry["text"], grades[entry["_id"]])
        for entry in _json_lines(folder / "queries.jsonl")
        if any(grade > 0 for grade in grades.get(entry["_id"], {}).values())
    ]
    random.Random(SEED).shuffle(questions)
    return JudgedSet(texts, tuple(questions[:MOST_QUESTIONS]))


def _address(name: str) -> str:
    return f"https://judged.example/{name}"


def _json_lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    sys.exit(main())
