"""The fetcher alone, beside a bare `httpx2.AsyncClient`: pages per second of its own processor time.

A real nginx serves the PostgreSQL manual (or made pages of its size); 16 requests are under way at once.
Processor time of this process is counted, not the clock: the server and others share the machine.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import httpx2
import uvloop

from benchmarks.report import Figure, alternate, print_figure
from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.outcome import HtmlFetched
from crawler.rules.guard import Guard
from tests.support.static_site import serve_folder

MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
AT_ONCE: Final = 16
REQUESTS: Final = 3_000

Get = Callable[[str], Awaitable[int]]


def main() -> None:
    """Measure both in turn and print the figure."""
    with tempfile.TemporaryDirectory() as folder:
        root = MANUAL if MANUAL.is_dir() else _made_pages(Path(folder))
        names = sorted(path.name for path in root.glob("*.html"))
        with serve_folder(root) as site:
            urls = [f"{site.url}/{names[position % len(names)]}" for position in range(REQUESTS)]
            compared = alternate(lambda: uvloop.run(_ours(urls)), lambda: uvloop.run(_peer(urls)))
    print(f"ours {1e6 / compared.ours:.0f} µs, httpx2 {1e6 / compared.peer:.0f} µs of processor time a page")
    print_figure(Figure("fetch", compared.ours, "pages per CPU second", "httpx2", compared.peer))


async def _ours(urls: list[str]) -> float:
    seed = parse_url(urls[0])
    assert isinstance(seed, WebAddress)
    network = Network(Guard.for_seeds([seed]), tls_context())
    fetcher = HttpFetcher(network, max_bytes=50_000_000, seconds=30.0)

    async def get(url: str) -> int:
        outcome = await fetcher.fetch(FetchTask(0, b"", url, seed.host, 1))
        assert isinstance(outcome, HtmlFetched), outcome
        return len(outcome.body)

    try:
        return await _rate(get, urls)
    finally:
        await fetcher.aclose()


async def _peer(urls: list[str]) -> float:
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx2.AsyncClient(trust_env=False, limits=limits) as client:

        async def get(url: str) -> int:
            return len((await client.get(url)).content)

        return await _rate(get, urls)


async def _rate(get: Get, urls: list[str]) -> float:
    waiting = iter(urls)

    async def worker() -> int:
        return sum([await get(url) for url in waiting])

    began = time.process_time()
    received = await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    assert sum(received) > 0
    return len(urls) / (time.process_time() - began)


def _made_pages(folder: Path) -> Path:
    for number in range(500):
        (folder / f"{number}.html").write_text(f"<!doctype html><title>{number}</title>" + "<p>text" * 2_000)
    return folder


if __name__ == "__main__":
    main()
