"""Live progress of a sync on standard error: a table on a terminal, a line now and then in a log."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table

from crawler.sync.connector_crawl import ConnectorCrawl, Phase
from crawler.sync.indexing import Indexing

REFRESH_SECONDS: Final = 0.25
LOG_SECONDS: Final = 10.0
_RATE_WINDOW_SECONDS: Final = 10.0


class Rate:
    """Pages per second over the last ten seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def at(self, now: float, pages: int) -> float:
        """Note a count and give the present rate."""
        self._points.append((now, pages))
        while len(self._points) > 2 and now - self._points[0][0] > _RATE_WINDOW_SECONDS:
            self._points.popleft()
        since, before = self._points[0]
        return (pages - before) / (now - since) if now > since else 0.0


class Display:
    """Shows how a sync goes. Sentences of the crawl appear above the table, as they come."""

    def __init__(self, crawls: Sequence[ConnectorCrawl], indexing: Indexing | None) -> None:
        self._crawls = crawls
        self._indexing = indexing
        self._console = Console(stderr=True, highlight=False)
        self._rates = {crawl.connector_id: Rate() for crawl in crawls}

    def say(self, connector: str, sentence: str) -> None:
        """Print a sentence about a connector."""
        self._console.print(f"[bold]{connector}[/bold]: ", end="")
        self._console.print(sentence, markup=False, soft_wrap=True)  # a log line stays one line

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show progress while the body runs; call inside the event loop."""
        if self._console.is_terminal:
            with Live(console=self._console, transient=True, auto_refresh=False) as live:
                task = asyncio.create_task(self._refresh(live))
                try:
                    yield
                finally:
                    task.cancel()
        else:
            task = asyncio.create_task(self._log())
            try:
                yield
            finally:
                task.cancel()

    async def _refresh(self, live: Live) -> None:
        while True:
            live.update(self._table(time.monotonic()), refresh=True)
            await asyncio.sleep(REFRESH_SECONDS)

    async def _log(self) -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            now = time.monotonic()
            for crawl in self._crawls:
                if crawl.phase is not Phase.DONE:
                    cells = ", ".join(f"{name} {value}" for name, value in self._cells(crawl, now).items())
                    print(f"{crawl.name}: {cells}", file=sys.stderr, flush=True)
            if self._indexing is not None and self._indexing.progress.has_begun:
                print(f"indexing: {self._indexed(self._indexing)}", file=sys.stderr, flush=True)

    def _table(self, now: float) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        rows = {crawl.name: self._cells(crawl, now) for crawl in self._crawls}
        table.add_column("connector", style="bold")
        for name in next(iter(rows.values())):
            table.add_column(name, justify="right")
        for name, cells in rows.items():
            table.add_row(name, *cells.values())
        if self._indexing is not None and self._indexing.progress.has_begun:
            table.caption = f"indexed {self._indexed(self._indexing)}"
            table.caption_justify = "left"
        return table

    def _indexed(self, indexing: Indexing) -> str:
        progress = indexing.progress
        waiting = f", {progress.pending:,} waiting" if progress.pending else ""
        return f"{progress.documents:,} documents in {progress.chunks:,} passages{waiting}"

    def _cells(self, crawl: ConnectorCrawl, now: float) -> dict[str, str]:
        counts = crawl.counts
        fetched, found = counts.get("fetched", 0), counts.get("found", 0)
        rate = self._rates[crawl.connector_id].at(now, fetched)
        kept = sum(counts.get(name, 0) for name in ("added", "changed", "unchanged"))
        left = max(found - fetched, 0)
        return {
            "found": f"{found:,}",
            "fetched": f"{fetched:,}",
            "documents": f"{kept:,}",
            "refused": f"{counts.get('state:refused', 0):,}",
            "failed": f"{counts.get('state:failed', 0):,}",
            "pages/s": f"{rate:,.0f}",
            "left": "done" if crawl.phase is Phase.DONE else _duration(left / rate if rate else None),
        }


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "…"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
