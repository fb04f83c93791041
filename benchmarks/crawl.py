"""Pages per second of a full crawl of the PostgreSQL manual, beside Scrapy doing only fetch and links.

Ours extracts, and persists ledger, bodies, links and documents (embedding off); both crawl the same nginx on
the same two cores, in turn. `python -m benchmarks.crawl [--peer scrapy] [--rounds N] [--folder F --entry E]`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import orjson

from benchmarks.report import Figure, alternate, print_figure
from tests.support.static_site import serve_folder

MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
CONCURRENCY: Final = 16
CONFIGURATION: Final = """
version: 1
connectors:
  - name: manual
    seeds: ['{url}']
    politeness: {{requests_per_minute: unlimited, concurrency: {concurrency}}}
"""


def sitelore_rate(url: str) -> float:
    """Pages per second of one `crawler sync --no-index` into an empty catalog."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "connectors.yaml")
        config.write_text(CONFIGURATION.format(url=url, concurrency=CONCURRENCY))
        command = ["-m", "crawler", "sync", "--no-index", "--json", "--config", str(config)]
        done = subprocess.run([sys.executable, *command], capture_output=True, check=True)
    (run,) = orjson.loads(done.stdout)["runs"]
    pages = run["added"] + sum(run["refused"].values()) + sum(run["failed"].values())
    print(f"sitelore: {pages} pages in {run['seconds']:.2f} s", file=sys.stderr)
    return float(run["pages_per_second"])


def scrapy_rate(url: str) -> float:
    """Pages per second of the Scrapy spider."""
    command = ["-m", "benchmarks.peers.scrapy_links", url, "--concurrency", str(CONCURRENCY)]
    done = subprocess.run([sys.executable, *command], capture_output=True, check=True)
    report = orjson.loads(done.stdout.splitlines()[-1])
    print(f"scrapy: {report['pages']} pages in {report['seconds']:.2f} s", file=sys.stderr)
    return float(report["pages"] / report["seconds"])


def main() -> None:
    """Measure and print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=["scrapy"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=MANUAL)
    parser.add_argument("--entry", default="index.html")
    options = parser.parse_args()
    with serve_folder(options.folder) as site:
        url = f"{site.url}/{options.entry}"
        if options.peer is None:
            rates = sorted(sitelore_rate(url) for _ in range(options.rounds))
            print_figure(Figure("crawl", rates[len(rates) // 2], "pages/s"))
            return
        compared = alternate(lambda: sitelore_rate(url), lambda: scrapy_rate(url), rounds=options.rounds)
    print_figure(Figure("crawl", compared.ours, "pages/s", "scrapy 2.19", compared.peer))


if __name__ == "__main__":
    main()
