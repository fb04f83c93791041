"""Going to another route of the document that stands in a page."""

from __future__ import annotations

from typing import Final

from crawler.rendering.interfaces import Evaluates
from crawler.rendering.page_scripts.reading import Stillness
from crawler.rendering.page_scripts.sources import expression

_SCRIPTS: Final = ("base", "settle", "walk")
_SPARE_SECONDS: Final = 5.0


async def walk_to(page: Evaluates, url: str, *, patience_ms: int = Stillness().patience_ms) -> bool:
    """Whether the page went to `url`, which differs from its address in the fragment, and began to change.

    It is to be settled and read then, as after a load. Raises `CdpError`.
    """
    script = expression(*_SCRIPTS, call="walk", argument={"address": url, "patience_ms": patience_ms})
    return bool(await page.evaluate(script, seconds=patience_ms / 1000 + _SPARE_SECONDS))
