"""Pages that stand as they were lead on: their links come from the catalog, many pages at a time.

What is kept of a page are all its links, so whatever the rules of today say holds for them: depth, filters,
scope. Nothing is parsed, so no parser process is asked: the thread that reads the catalog decides about the
links that were not handed over yet, which of a page that links what others link are few.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog.links import read_links_of
from catalog.task import FetchTask
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.reading import FollowJob, Reader, Reading
from crawler.sync.reading_rules import ReadingRules

MOST_AT_ONCE: Final = 64
"""Pages whose links are read from the catalog together."""

Readings = list[Reading]
AskCatalog = Callable[[Callable[[Connection], Readings]], Awaitable[Readings]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    task: FetchTask
    crawl: ConnectorCrawl
    answer: asyncio.Future[Reading]


@dataclass(slots=True)
class Following:
    """Follows kept links again. `ask_catalog` runs a function in the one thread that reads the catalog."""

    ask_catalog: AskCatalog
    _reader: Reader = field(default_factory=Reader)
    _rules: dict[int, ReadingRules] = field(default_factory=dict)
    _waiting: list[_Waiting] = field(default_factory=list)
    _work: asyncio.Task[None] | None = None

    async def follow(self, crawl: ConnectorCrawl, task: FetchTask) -> Reading:
        """Where the links lead that the catalog keeps of a page, by the rules of now."""
        waiting = _Waiting(task, crawl, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._work is None:
            self._work = asyncio.create_task(self._follow_all())
        return await waiting.answer

    async def _follow_all(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                readings = await self.ask_catalog(partial(self._follow_batch, batch))
                for waiting, reading in zip(batch, readings, strict=True):
                    if not waiting.answer.done():  # its visit was cancelled
                        waiting.answer.set_result(reading)
        except Exception as error:  # noqa: BLE001 - each visit that waits for it raises it
            for waiting in (*batch, *self._waiting):
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
            self._waiting.clear()
        finally:
            self._work = None

    def _follow_batch(self, batch: Sequence[_Waiting], connection: Connection) -> Readings:
        links = read_links_of(connection, [waiting.task.url_id for waiting in batch])
        return [self._follow(each, links.get(each.task.url_id)) for each in batch]

    def _follow(self, waiting: _Waiting, links: bytes | None) -> Reading:
        if links is None:
            return Reading()
        task, crawl = waiting.task, waiting.crawl
        rules = crawl.rules  # a redirected seed may have widened them, a route been learned
        if self._rules.get(crawl.connector_id) is not rules:
            self._rules[crawl.connector_id] = rules
            self._reader.use(crawl.connector_id, rules)
        return self._reader.read(FollowJob(crawl.connector_id, task.url_id, task.url, task.depth, links))
