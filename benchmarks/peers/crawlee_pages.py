"""Crawlee's PlaywrightCrawler opening given pages: `… crawlee_pages --list FILE --concurrency N --still MS`.

Prints `{"pages": n, "seconds": s, "characters": c, "links": l, "failed": f, "lengths": {URL: c}}`. The time
is that from the first navigation to the last page's end: starting and closing the browser is left out, which
favours Crawlee.

What makes it quick is on: memory storage, one shared context, its own request blocking (by Chromium itself,
no routes in Python), a fixed concurrency that no autoscaling lowers, no retries for blocked sessions, no
sessions, no made-up fingerprints (a script in each page), no logging. HTML and links are taken by one script
in the page: Crawlee's `enqueue_links` would ask the browser for each anchor apart.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from crawlee import ConcurrencySettings, Request
from crawlee.crawlers import PlaywrightCrawler, PlaywrightCrawlingContext, PlaywrightPreNavCrawlingContext
from crawlee.storage_clients import MemoryStorageClient

STILL_CAP_SECONDS: Final = 10.0
BLOCKED: Final = [
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp"),
    *(".woff", ".woff2", ".ttf", ".otf", ".eot"),
    *(".mp4", ".webm", ".ogg", ".mp3", ".wav"),
]
"""Images, fonts and media, as Crawlee names them: by the ending of an address."""
WHEN_STILL: Final = """still => new Promise(done => {
  let timer = setTimeout(finish, still);
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(finish, still); });
  function finish() {
    observer.disconnect();
    done({html: document.documentElement.outerHTML, links: Array.from(document.links, link => link.href)});
  }
  observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
})"""
"""Resolves once the document has not changed for `still` milliseconds, to its HTML and its links."""


@dataclass(slots=True)
class Network:
    """How many requests of a page are under way."""

    under_way: int = 0
    quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def watch(self, page: Any) -> None:
        """Count from now on."""
        self.quiet.set()
        page.on("request", lambda _: self._count(1))
        page.on("requestfinished", lambda _: self._count(-1))
        page.on("requestfailed", lambda _: self._count(-1))

    def _count(self, change: int) -> None:
        self.under_way += change
        if self.under_way > 0:
            self.quiet.clear()
        else:
            self.quiet.set()


@dataclass(slots=True)
class Visits:
    """What the pages held, and when they were visited."""

    still: int
    networks: dict[str, Network] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    links: int = 0
    began: float = 0.0
    ended: float = 0.0

    async def prepare(self, context: PlaywrightPreNavCrawlingContext) -> None:
        """Before a navigation: block what nobody reads, count requests."""
        self.began = self.began or time.perf_counter()
        await context.block_requests(url_patterns=BLOCKED)
        network = self.networks[context.request.url] = Network()
        network.watch(context.page)

    async def take(self, context: PlaywrightCrawlingContext) -> None:
        """After the load event: wait until network and document are still, then take HTML and links."""
        network = self.networks.pop(context.request.url)
        async with asyncio.timeout(STILL_CAP_SECONDS):
            await network.quiet.wait()
            found = await context.page.evaluate(WHEN_STILL, self.still)
            while not network.quiet.is_set():
                await network.quiet.wait()
                found = await context.page.evaluate(WHEN_STILL, self.still)
        self.lengths[context.request.url] = len(found["html"])
        self.links += len(found["links"])
        self.ended = time.perf_counter()


async def crawl(addresses: list[str], concurrency: int, still: int, launch: dict[str, Any]) -> dict[str, Any]:
    """Visit all addresses once and say what came of it."""
    visits = Visits(still)
    crawler = PlaywrightCrawler(
        browser_type="chromium",
        browser_launch_options=launch,
        fingerprint_generator=None,
        storage_client=MemoryStorageClient(),
        concurrency_settings=ConcurrencySettings(
            min_concurrency=concurrency, max_concurrency=concurrency, desired_concurrency=concurrency
        ),
        use_session_pool=False,
        retry_on_blocked=False,
        configure_logging=False,
        request_handler=visits.take,
    )
    crawler.pre_navigation_hook(visits.prepare)
    # A hash route is a page of its own: Crawlee takes it for one only where it is told so.
    finished = await crawler.run([Request.from_url(url, keep_url_fragment=True) for url in addresses])
    return {
        "pages": len(visits.lengths),
        "seconds": visits.ended - visits.began,
        "characters": sum(visits.lengths.values()),
        "links": visits.links,
        "failed": finished.requests_failed,
        "lengths": visits.lengths,
    }


def main() -> None:
    """Crawl once and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", type=Path, required=True, help="the addresses, one a line")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--still", type=int, required=True, help="milliseconds without a change")
    parser.add_argument("--chromium", type=Path, required=True)
    parser.add_argument("--flag", action="append", default=[], help="one more flag for Chromium")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    addresses = options.list.read_text(encoding="utf-8").split()
    launch = {
        "executable_path": options.chromium,
        "chromium_sandbox": False,  # root cannot use it, and the benchmark's pages are our own
        "args": options.flag,
        "headless": True,
    }
    print(orjson.dumps(asyncio.run(crawl(addresses, options.concurrency, options.still, launch))).decode())


if __name__ == "__main__":
    main()
