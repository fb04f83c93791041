"""Renders the pages of one connector: `render` gives each page as its scripts left it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from catalog.vocabulary import Reason
from crawler.browser.executable import BrowserError, find_chromium
from crawler.outcome import Failed
from crawler.rendering.chromium import NAMES
from crawler.rendering.interfaces import PreparesContext, ResourceLoader
from crawler.rendering.pool import PagePool
from crawler.rendering.rendered import RenderOptions, RenderOutcome, RenderRequest
from crawler.rendering.sources import Source, are_the_same
from crawler.rendering.surroundings import Surroundings, VisitCaps

INSTALL: Final = "apt-get install chromium-headless-shell"
_MOST_DOCUMENT_BYTES: Final = 20_000_000
NO_BROWSER: Final = (
    f"pages that need a browser are not rendered: no Chromium was found, install one by `{INSTALL}`"
)


def why_unavailable() -> str | None:
    """Why there can be no rendering on this machine, and what installs it; None where there can."""
    try:
        find_chromium(names=NAMES)
    except BrowserError:
        return NO_BROWSER
    return None


class Renderer:
    """The pages of one connector, opened in the browser of `pool`, which starts with the first of them."""

    def __init__(
        self,
        pool: PagePool,
        loader: ResourceLoader,
        options: RenderOptions | None = None,
        *,
        prepare: PreparesContext | None = None,
        max_bytes: int = 50_000_000,
        discovers: bool = True,
        caps: VisitCaps | None = None,
    ) -> None:
        self._pool = pool
        self._around = Surroundings(
            loader=loader,
            options=options or RenderOptions(),
            prepare=prepare,
            max_bytes=max_bytes,
            discovers=discovers,
            caps=caps or VisitCaps(),
        )

    async def render(self, request: RenderRequest) -> RenderOutcome:
        """Open a page in the browser, and give it as its scripts left it; faults are outcomes."""
        size = len(request.document.body)
        if size > _MOST_DOCUMENT_BYTES:
            most = f"{_MOST_DOCUMENT_BYTES / 1e6:g} MB"
            return Failed(
                Reason.BROWSER_FAILED,
                f"its HTML alone is {size / 1e6:.0f} MB: the browser takes up to {most}",
            )
        return await self._pool.render(request, self._around)

    async def sources_stand(self, sources: Sequence[Source], url: str, generation: int) -> bool:
        """Whether all that a page was made of is what it was; the browser is not asked."""
        return await are_the_same(sources, self._around.loader, url, generation)

    async def aclose(self) -> None:
        """Close the connector's pages; the browser is the pool's to end."""
        await self._pool.release(self._around)
