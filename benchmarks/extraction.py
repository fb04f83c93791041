"""Milliseconds of CPU per page from bytes to fields, and how much of the true text is found.

    python benchmarks/extraction.py

Reads the PostgreSQL manual (Debian's postgresql-doc-15) and the article pages of `../shared/suites`; what is
not there is left out. The figure is the best of three passes: the least disturbed by other programs.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from extract.page import Page
from extract.read import read
from extract.rules import DEFAULT_RULES

MANUAL = Path("/usr/share/doc/postgresql-doc-15/html")
ARTICLES = Path(__file__).resolve().parents[1] / "../shared/suites/extraction/zyte"
HEADERS = {"content-type": "text/html; charset=utf-8"}
PASSES = 3


def main() -> None:
    """Print one line per measurement, the manual's last."""
    if ARTICLES.is_dir():
        measure_articles()
    pages = [path.read_bytes() for path in sorted(MANUAL.glob("*.html"))]
    print(line("extraction_postgresql_manual", milliseconds(pages), "ms/page", pages=len(pages)))


def measure_articles() -> None:
    """Speed and word F1 on real article pages (scrapinghub/article-extraction-benchmark)."""
    bodies = {
        path.name.removesuffix(".html.gz"): gzip.decompress(path.read_bytes())
        for path in sorted((ARTICLES / "html").glob("*.html.gz"))
    }
    truth = json.loads((ARTICLES / "ground-truth.json").read_bytes())
    texts = {name: text_of(body) for name, body in bodies.items()}
    for size, name in ((1, "word"), (4, "4gram")):
        f1 = score({key: value["articleBody"] for key, value in truth.items()}, texts, size)
        print(line(f"extraction_articles_{name}_f1", f1, "F1", pages=len(bodies)))
    print(line("extraction_articles", milliseconds(list(bodies.values())), "ms/page", pages=len(bodies)))


def text_of(body: bytes) -> str:
    """The main content of a page, empty where nothing could be read."""
    page = read(body, url="https://example.com/folder/page.html", headers=HEADERS, rules=DEFAULT_RULES)
    return page.text if isinstance(page, Page) else ""


def milliseconds(bodies: Sequence[bytes]) -> float:
    """CPU time per page."""
    best = float("inf")
    for _ in range(PASSES):
        start = time.process_time()
        for body in bodies:
            text_of(body)
        best = min(best, time.process_time() - start)
    return 1000 * best / max(1, len(bodies))


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


def line(name: str, value: float, unit: str, pages: int) -> str:
    """One measurement as JSON."""
    return json.dumps({"name": name, "value": round(value, 4), "unit": unit, "pages": pages})


if __name__ == "__main__":
    main()
