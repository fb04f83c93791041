"""Whether a page that a browser showed would be shown the same today: asked without a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from catalog.page_sources import read_sources
from catalog.task import FetchTask
from catalog.visit import body_hash
from crawler.outcome import HtmlFetched
from crawler.rendering.sources import PageSources
from crawler.sync.connector_crawl import ConnectorCrawl

AskCatalog = Callable[[Callable[[Connection], bytes | None]], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class RenderedAgain:
    """Compares what pages were made of with what the site has now."""

    ask_catalog: AskCatalog

    async def stands(
        self, crawl: ConnectorCrawl, task: FetchTask, outcome: HtmlFetched, generation: int
    ) -> bool:
        """Whether the copy that the catalog keeps is what a browser would show; False where nobody knows.

        A route of a script shares its document with others and is always shown.
        """
        rendering = crawl.rendering
        if rendering is None or rendering.renderer is None or "#" in task.url or not crawl.conditional:
            return False
        if task.read_by != crawl.rules.mark or not crawl.expects_browser(task.url):
            return False
        packed = await self.ask_catalog(partial(_sources_of, task.url_id))
        if packed is None:
            return False
        known = PageSources.unpacked(packed)
        # They must be those of the very copy that is kept: it may have been read without a browser since.
        if known.shown != task.body_hash or known.document != body_hash(outcome.body):
            return False
        return await rendering.renderer.sources_stand(known.sources, task.url, generation)


def _sources_of(url_id: int, connection: Connection) -> bytes | None:
    return read_sources(connection, url_id)
