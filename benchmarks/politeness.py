"""How much of what politeness allows is used: 100 hosts at 300 requests a minute each, and none ever faster.

`python -m benchmarks.politeness [--seconds 30] [--hosts 100]`. The fetcher is made up and notes the moment of
each request; a host is over its rate when two requests start closer together than its interval.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import uvloop

from benchmarks.report import Figure, print_figure
from benchmarks.synthetic import SyntheticWeb
from catalog.database import open_catalog
from catalog.task import FetchTask
from crawler.outcome import Outcome
from crawler.sync.crawl import Crawl

INTERVAL = 60 / 300
LATENCY = 0.05


@dataclass(slots=True)
class TimedWeb(SyntheticWeb):
    """A synthetic web that notes when each host is asked and takes its time to answer."""

    starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def fetch(self, task: FetchTask, *, conditional: bool) -> Outcome:
        """Note the moment, answer after a while."""
        self.starts[task.host].append(time.monotonic())
        await asyncio.sleep(LATENCY)
        return await SyntheticWeb.fetch(self, task, conditional=conditional)


async def _crawl(web: TimedWeb, folder: Path, seconds: float) -> None:
    catalog = open_catalog(f"sqlite:///{folder / 'catalog.db'}", folder)
    connector = web.crawl(catalog, seeds=web.hosts, pace=(INTERVAL, 4))
    connector.max_duration = timedelta(seconds=seconds)
    await Crawl(catalog, [connector], web).run()
    catalog.close()


def main() -> None:
    """Measure and print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--hosts", type=int, default=100)
    options = parser.parse_args()
    web = TimedWeb(pages=options.hosts * round(options.seconds / INTERVAL) * 2, hosts=options.hosts)
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(_crawl(web, Path(folder), options.seconds))
    gaps = [later - earlier for times in web.starts.values() for earlier, later in pairwise(times)]
    too_close = sum(gap < INTERVAL for gap in gaps)
    print(f"smallest gap {min(gaps):.4f} s, {too_close} gaps under {INTERVAL} s", file=sys.stderr)
    ceiling = options.hosts * options.seconds / INTERVAL
    used = sum(len(times) for times in web.starts.values())
    print_figure(Figure("politeness hosts over their rate", too_close, "gaps"))
    print_figure(Figure("politeness", used / ceiling * 100, "% of the ceiling"))


if __name__ == "__main__":
    main()
