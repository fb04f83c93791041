"""Finds out by showing some pages whether a host tells them apart by fragments, and keeps the answer."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from catalog.content import unpack_blocks
from catalog.visit import DocumentDraft
from crawler.outcome import HtmlFetched
from crawler.rendering.rendered import Rendered, RenderRequest
from crawler.rendering.routes import (
    RouteView,
    probes,
    routing_learned,
    routing_of_framework,
    routing_seen,
)
from crawler.rules.hash_routing import HashRouting
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl
from crawler.sync.page_rendering import PageRendering
from crawler.sync.reading import Reading, ReadJob

MOST_ATTEMPTS: Final = 3
"""Pages of a host whose routes are shown before its fragments are taken for places in a page."""
_LOOKED_AT: Final = 200_000
"""Bytes of a document in which a framework is looked for."""

Keep = Callable[[str, HashRouting], Awaitable[None]]
"""Has it remembered for the next run how a host routes."""


@dataclass(frozen=True, slots=True)
class RouteFinder:
    """Learns how the hosts of one connector route."""

    crawl: ConnectorCrawl
    rendering: PageRendering
    reader: BodyReader
    keep: Keep
    _attempts: Counter[str] = field(default_factory=Counter)
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def learn(
        self, host: str, job: ReadJob, outcome: HtmlFetched, rendered: Rendered, reading: Reading
    ) -> bool:
        """Take in a page that was shown; True where its links are to be read again, by what was learned.

        `job` had it read, `reading` came of that, `outcome` is its document as HTTP brought it.
        """
        async with self._locks[host]:
            known = self.crawl.rules.hash_routing.get(host, HashRouting())
            document = outcome.body[:_LOOKED_AT].decode("utf-8", "replace")
            learned = routing_seen(job.url, rendered.url, routing_of_framework(document, known))
            wanted = probes(job.url, [*rendered.links, *reading.routes], learned)
            if wanted and self._attempts[host] < MOST_ATTEMPTS:
                self._attempts[host] += 1
                views = [RouteView(job.url, _blocks(reading.draft))]
                for url in wanted:
                    views += await self._view(url, job, outcome)
                learned = routing_learned(views, learned)
            if learned == known:
                return False
            rules = self.crawl.rules
            self.crawl.rules = replace(rules, hash_routing={**rules.hash_routing, host: learned})
            self.reader.use(self.crawl.connector_id, self.crawl.rules)
            await self.keep(host, learned)
            return True

    async def _view(self, url: str, job: ReadJob, outcome: HtmlFetched) -> list[RouteView]:
        """What a browser shows at a route; nothing where it shows none."""
        assert self.rendering.renderer is not None
        rendered = await self.rendering.renderer.render(RenderRequest(url, outcome))
        if not isinstance(rendered, Rendered):
            return []
        probe = replace(job, url=url, body=rendered.html.encode(), follow=False, alone=True, more_links=())
        reading = await self.reader.read(probe)
        return [RouteView(url, _blocks(reading.draft))]


def _blocks(draft: DocumentDraft | None) -> frozenset[str]:
    return frozenset() if draft is None else frozenset(block.text for block in unpack_blocks(draft.content))
