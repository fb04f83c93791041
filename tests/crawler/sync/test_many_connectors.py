"""Many connectors in one sync: side by side, and each host as gently as the strictest of them wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.sync.crawl import CONCURRENCY
from tests.support.changing_site import Answer, page, serve_site
from tests.support.syncing import configure, kept, sync

PAGES = 60


@dataclass
class Gauge:
    """Counts how many requests are being answered at the same time, over all pages that it measures."""

    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def measured(self, answer: Answer) -> Callable[[Mapping[str, str]], Answer]:
        def declared(_headers: Mapping[str, str]) -> Answer:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            time.sleep(0.01)
            with self.lock:
                self.now -= 1
            return answer

        return declared

    def site(self, name: str, pages: int = PAGES) -> dict[str, Any]:
        """A start page that links to pages that say different things, all of them measured."""
        paths = [f"/{number}" for number in range(pages)]
        linked = {path: self.measured(page(f"{name} {path}")) for path in paths}
        return {"/": self.measured(page(f"Start of {name}", *paths)), **linked}


def connector(name: str, seed: str, concurrency: int) -> dict[str, Any]:
    politeness = {"requests_per_minute": "unlimited", "concurrency": concurrency}
    return {"name": name, "seeds": [seed], "politeness": politeness}


def test_connectors_are_crawled_side_by_side(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def start(_headers: Mapping[str, str]) -> Answer:
        together.wait(60)  # broken, and the page with it, where one of the four is not asked meanwhile
        return page("Start")

    with ExitStack() as stack:
        sites = [stack.enter_context(serve_site({"/": start})) for _ in range(4)]
        config = configure(tmp_path, *(connector(f"c{n}", site.url(), 1) for n, site in enumerate(sites)))
        synced = sync(config)
    assert synced.code == 0, synced.said
    assert [run["added"] for run in synced.runs.values()] == [1, 1, 1, 1]


def test_two_connectors_on_one_host_are_together_as_gentle_as_the_stricter(tmp_path: Path) -> None:
    gauge = Gauge()
    with serve_site(gauge.site("shared")) as site:
        bold, shy = connector("bold", site.url(), 8), connector("shy", site.url(), 1)
        synced = sync(configure(tmp_path, bold, shy))
    assert synced.code == 0, synced.said
    assert {run["added"] for run in synced.runs.values()} == {PAGES + 1}
    assert gauge.most == 1


def test_one_limit_holds_over_all_connectors(tmp_path: Path) -> None:
    gauge = Gauge()
    with ExitStack() as stack:
        sites = [stack.enter_context(serve_site(gauge.site(f"site {n}"))) for n in range(4)]
        config = configure(tmp_path, *(connector(f"c{n}", site.url(), 40) for n, site in enumerate(sites)))
        synced = sync(config)
        documents = len(kept(config).documents)
    assert synced.code == 0, synced.said
    assert documents == 4 * (PAGES + 1)
    assert 1 < gauge.most <= CONCURRENCY
