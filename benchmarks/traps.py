"""What endless sites cost, what honest deep ones lose, and what a decision about an address costs.

Each site of `tests.support.trap_sites` is synced as by its users, unlimited: of the traps the pages spent on
the pattern that cost most, of the honest sites the pages that were refused. Then addresses of ten thousand
pages are decided about and their pages noted, in one process. `python -m benchmarks.traps`.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

import orjson

from benchmarks.report import Figure
from catalog.visit import Visit
from crawler.rules.traps.looks import looks_of
from crawler.rules.traps.said import lines_said
from crawler.rules.traps.watch import TrapWatch
from tests.support.syncing import configure, kept, sync
from tests.support.trap_sites import HONEST, TRAPS, Site, serve_pages

PAGES: Final = 10_000
LINES: Final = 40


def spent(begins: str, pages: Site) -> tuple[int, int]:
    """The pages that the most expensive refused pattern cost, and how many addresses were refused."""
    with serve_pages(pages) as site, tempfile.TemporaryDirectory() as folder:
        scope = {"max_depth": 1_000, "max_pages": 3_000}
        config = configure(Path(folder), {"name": "deep", "seeds": [site.url(begins)], "scope": scope})
        sync(config)
        rules = [str(row.rule) for row in kept(config).ledger.values() if row.reason == "trap"]
        asked = Counter(key[1] for each in site.take_log() for key in looks_of(site.url(each.path)).keys)
    patterns = {found[1] for rule in rules if (found := re.match(r"pattern (\S+): ", rule))}
    return max((asked[pattern] for pattern in patterns), default=0), len(rules)


def microseconds() -> dict[str, float]:
    """What it costs to decide about an address, to note what its page said, and to take its lines."""
    chance = random.Random(4)
    words = [f"word{number}" for number in range(500)]
    urls = [f"http://forum.example/board{page % 40}/thread-{page}.html" for page in range(PAGES)]
    texts = [[" ".join(chance.choices(words, k=12)) for _ in range(LINES)] for _ in range(500)]
    watch = TrapWatch()
    began = time.perf_counter()
    said = [lines_said(urls[number], "Thread", text) for number, text in enumerate(texts)]
    taken = time.perf_counter()
    for url in urls:
        watch.has_to_wait(url)
        watch.may_begin(url)
    decided = time.perf_counter()
    for number, url in enumerate(urls):
        watch.note(url, Visit(said=said[number % len(said)]))
    noted = time.perf_counter()
    return {
        "decision_us": round((decided - taken) / PAGES * 1e6, 1),
        "note_us": round((noted - decided) / PAGES * 1e6, 1),
        "lines_us": round((taken - began) / len(said) * 1e6, 1),
    }


def main() -> None:
    """Measure and print the figure."""
    traps = {name: spent(*trap)[0] for name, trap in TRAPS.items()}
    lost = {name: spent(begins, pages)[1] for name, (begins, pages, _) in HONEST.items()}
    print(f"pages by trap: {traps}; addresses refused by honest site: {lost}", file=sys.stderr)
    figure = Figure("traps", max(traps.values()), "pages of the most expensive pattern")
    found = figure.as_json() | {"honest_pages_lost": sum(lost.values())} | microseconds()
    print(orjson.dumps(found).decode(), flush=True)


if __name__ == "__main__":
    main()
