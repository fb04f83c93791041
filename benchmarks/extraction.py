"""How much of the true text of pages is found, and milliseconds of CPU a page; trafilatura in the same run.

    python -m benchmarks.extraction [--peer PYTHON] [--pin]

Reads the article pages of `../shared/suites` and the PostgreSQL manual (Debian's postgresql-doc-15); what is
not there is left out. `--peer` names a Python that has trafilatura (this one by default, if it has). `--pin`
writes the floors that the figures allow; below a floor is an error. Ours is the best of three passes.
"""

from __future__ import annotations

import argparse
import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import orjson

from benchmarks.floors import (
    REPOSITORY,
    Extracted,
    Fingerprint,
    Floor,
    digest,
    raised,
    read_floors,
    write_floors,
)
from benchmarks.report import Figure, print_figure
from extract.page import Page
from extract.read import read
from extract.rules import DEFAULT_RULES

MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
ARTICLES: Final = REPOSITORY / "../shared/suites/extraction/zyte"
HEADERS: Final = {"content-type": "text/html; charset=utf-8"}
PASSES: Final = 3
SIZES: Final = {"word": 1, "4-gram": 4}


def main(arguments: list[str] | None = None) -> int:
    """Print one line per measurement; 1 if a figure is below its floor."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("--peer", help="a Python that has trafilatura")
    parser.add_argument("--pin", action="store_true", help="write the floors that the figures allow")
    asked = parser.parse_args(arguments)
    faults: list[str] = []
    if ARTICLES.is_dir():
        peer = asked.peer or (sys.executable if find_spec("trafilatura") else None)
        faults = measure_articles(peer, pin=asked.pin)
    pages = [path.read_bytes() for path in sorted(MANUAL.glob("*.html"))]
    if pages:
        print_figure(Figure("extraction, PostgreSQL manual", milliseconds(pages), "ms/page"))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def measure_articles(peer: str | None, *, pin: bool) -> list[str]:
    """Quality and speed on real article pages (scrapinghub/article-extraction-benchmark); what is below its
    floor, in sentences."""
    files = sorted((ARTICLES / "html").glob("*.html.gz"))
    bodies = {file.name.removesuffix(".html.gz"): gzip.decompress(file.read_bytes()) for file in files}
    articles = orjson.loads((ARTICLES / "ground-truth.json").read_bytes())
    truth = {name: article["articleBody"] for name, article in articles.items()}
    texts = {name: text_of(body) for name, body in bodies.items()}
    figures = {name: score(truth, texts, size) for name, size in SIZES.items()}
    spent = milliseconds(list(bodies.values()))
    peer_texts, peer_ms = peer_reading(peer) if peer is not None else ({}, None)
    for name, size in SIZES.items():
        against = score(truth, peer_texts, size) if peer_texts else None
        print_figure(Figure(f"extraction, articles, {name}s", figures[name], "F1", "trafilatura", against))
    print_figure(Figure("extraction, articles", spent, "ms/page", "trafilatura", peer_ms))
    of = Fingerprint(
        digest([*files, ARTICLES / "ground-truth.json"]), "", digest((REPOSITORY / "extract").rglob("*.py"))
    )
    measured = {f"articles, {name}s": Extracted(len(truth), value) for name, value in figures.items()}
    return held_to_floors(measured, of, pin=pin)


def held_to_floors(measured: Mapping[str, Extracted], of: Fingerprint, *, pin: bool) -> list[str]:
    """What is below its floor, in sentences; with `pin` the floors of the others are written anew."""
    floors, faults = read_floors(), []
    for name, figure in measured.items():
        try:
            floor: Floor = raised(floors.get(name), figure, of, f"{datetime.now(UTC):%Y-%m-%d}")
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
        else:
            floors[name] = floor
    if pin:
        write_floors(floors)
    return faults


def peer_reading(python: str) -> tuple[dict[str, str], float]:
    """The texts that trafilatura finds, and its milliseconds of CPU a page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "texts.json"
        peer = REPOSITORY / "benchmarks/peers/trafilatura_pages.py"
        command = [python, str(peer), str(ARTICLES / "html"), str(out)]
        said = subprocess.run(command, check=True, capture_output=True).stdout
        return orjson.loads(out.read_bytes()), orjson.loads(said)["ms"]


def text_of(body: bytes) -> str:
    """The main content of a page, empty where nothing could be read."""
    page = read(body, url="https://example.com/folder/page.html", headers=HEADERS, rules=DEFAULT_RULES)
    return page.text if isinstance(page, Page) else ""


def milliseconds(bodies: Sequence[bytes]) -> float:
    """CPU time per page, from bytes to fields."""
    best = float("inf")
    for _ in range(PASSES):
        start = time.process_time()
        for body in bodies:
            text_of(body)
        best = min(best, time.process_time() - start)
    return 1000 * best / len(bodies)


def score(truth: Mapping[str, str], predicted: Mapping[str, str], size: int) -> float:
    """F1 of mean precision and mean recall over bags of word n-grams, as the benchmark defines it."""
    precisions, recalls = [], []
    for key, text in truth.items():
        expected, found = shingles(text, size), shingles(predicted.get(key, ""), size)
        common = sum((expected & found).values())
        if found:
            precisions.append(common / found.total())
        if expected:
            recalls.append(common / expected.total())
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return 2 * precision * recall / (precision + recall)


def shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    """The bag of n-grams of a text's words; words are compared in lower case when counted one by one."""
    words = re.findall(r"\w+", text.lower() if size == 1 else text)
    return Counter(
        tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1)) if words[i : i + size]
    )


if __name__ == "__main__":
    sys.exit(main())
