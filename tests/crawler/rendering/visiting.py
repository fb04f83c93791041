"""Pages of a real site, fetched over HTTP and then opened in a real browser, for the tests."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from catalog.task import FetchTask
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.outcome import HtmlFetched
from crawler.rendering.pool import PagePool, PoolCaps
from crawler.rendering.rendered import Rendered, RenderOptions, RenderOutcome, RenderRequest
from crawler.rendering.renderer import Renderer
from crawler.rendering.resources import SiteResources
from crawler.rendering.surroundings import VisitCaps
from crawler.rules.guard import Guard
from tests.crawler.rendering.loading import address

NEEDS_BROWSER: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium-headless-shell") or shutil.which("chromium")),
        reason="the Debian package chromium-headless-shell is missing",
    ),
]
_MAX_BYTES: Final = 80_000_000


class Visitor:
    """Fetches pages of a site and renders them. `pool` is there to be looked into."""

    def __init__(self, pool: PagePool, fetcher: HttpFetcher, caps: VisitCaps | None) -> None:
        self.pool = pool
        self._fetcher = fetcher
        self._caps = caps
        self._loader = SiteResources(fetcher)
        self._plain = self.renderer()

    def renderer(self, options: RenderOptions | None = None, **more: Any) -> Renderer:
        """Another connector's renderer."""
        return Renderer(self.pool, self._loader, options, caps=self._caps, **more)

    async def fetch(self, url: str) -> HtmlFetched:
        """What HTTP brings."""
        outcome = await self._fetcher.fetch(FetchTask(0, b"", url, address(url).host, 1))
        assert isinstance(outcome, HtmlFetched), outcome
        return outcome

    async def visit(
        self, url: str, *, renderer: Renderer | None = None, generation: int = 0
    ) -> RenderOutcome:
        """Fetch a page and render it."""
        document = await self.fetch(url.partition("#")[0])
        return await (renderer or self._plain).render(RenderRequest(url, document, generation))

    async def rendered(self, url: str, *, renderer: Renderer | None = None, generation: int = 0) -> Rendered:
        """A page that renders."""
        outcome = await self.visit(url, renderer=renderer, generation=generation)
        assert isinstance(outcome, Rendered), outcome
        return outcome


@asynccontextmanager
async def visitor(
    site: str, caps: PoolCaps | None = None, visits: VisitCaps | None = None
) -> AsyncIterator[Visitor]:
    """A browser for the pages of a site, until the block ends."""
    fetcher = HttpFetcher(
        Network(Guard.for_seeds([address(site)]), tls_context(None)), max_bytes=_MAX_BYTES, seconds=20.0
    )
    pool = PagePool(caps)
    try:
        yield Visitor(pool, fetcher, visits)
    finally:
        await pool.aclose()
        await fetcher.aclose()
