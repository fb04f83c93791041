"""URLs per second through the engine alone: a null fetcher over a synthetic web, ledger and all on disk.

`python -m benchmarks.frontier [--pages 1000000] [--hosts 1000]`. The last line is the rate; the lines before
it compare the last tenth with the first, give the peak of resident memory, and the processor's time for each
URL, all threads together: what is left of the measurement where other programs take their share of the cores.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from benchmarks.report import Figure, print_figure
from benchmarks.synthetic import SyntheticWeb
from catalog.database import open_catalog
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.crawl import Crawl
from crawler.sync.interpreter import set_for_crawling


async def _watch(crawl: ConnectorCrawl, points: list[tuple[float, int]]) -> None:
    while True:
        points.append((time.perf_counter(), crawl.counts.get("fetched", 0)))
        await asyncio.sleep(0.5)


def _rate(points: list[tuple[float, int]], first: float, last: float) -> float:
    """URLs per second between two parts (0..1) of the whole."""
    total = points[-1][1]
    inside = [point for point in points if first * total <= point[1] <= last * total]
    (begin, before), (end, after) = inside[0], inside[-1]
    return (after - before) / (end - begin) if end > begin else 0.0


async def _crawl(web: SyntheticWeb, folder: Path) -> list[tuple[float, int]]:
    catalog = open_catalog(f"sqlite:///{folder / 'catalog.db'}", folder)
    connector = web.crawl(catalog)
    points: list[tuple[float, int]] = []
    watch = asyncio.create_task(_watch(connector, points))
    await Crawl(catalog, [connector], web).run()
    points.append((time.perf_counter(), connector.counts["fetched"]))
    watch.cancel()
    catalog.close()
    return points


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000_000)
    parser.add_argument("--hosts", type=int, default=1_000)
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF)
    with tempfile.TemporaryDirectory() as folder, set_for_crawling():
        points = uvloop.run(_crawl(SyntheticWeb(options.pages, options.hosts), Path(folder)))
    fetched = points[-1][1]
    if fetched != options.pages:
        sys.exit(f"{fetched:,} of {options.pages:,} pages were visited")
    used = resource.getrusage(resource.RUSAGE_SELF)
    print_figure(Figure("frontier peak memory", used.ru_maxrss / 1024, "MB"))
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print_figure(Figure("frontier processor time", seconds / fetched * 1e6, "µs/URL"))
    print_figure(
        Figure("frontier last tenth", _rate(points, 0.9, 1), "URLs/s", "first tenth", _rate(points, 0, 0.1))
    )
    print_figure(Figure("frontier", fetched / (points[-1][0] - points[0][0]), "URLs/s"))


if __name__ == "__main__":
    main()
