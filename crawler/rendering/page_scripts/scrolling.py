"""A page is scrolled to its end until nothing more comes, or a cap says that nothing ends it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from crawler.rendering.interfaces import Evaluates
from crawler.rendering.page_scripts.clicking import AtRest
from crawler.rendering.page_scripts.sources import expression

_SCRIPTS: Final = ("base", "settle", "states", "flatten", "collect", "interact", "scroll")
_ROUND_SECONDS: Final = 8.0
_SPARE_SECONDS: Final = 10.0
_ROUNDS_WITHOUT_NEWS: Final = 2
"""What comes when its end is seen may be asked for a moment later than we look."""


@dataclass(frozen=True, slots=True)
class ScrollLimits:
    """Times that the end is scrolled to, seconds for all of them, elements of the page."""

    rounds: int = 40
    seconds: float = 20.0
    elements: int = 50_000


@dataclass(frozen=True, slots=True)
class Scrolled:
    """How many screens were scrolled, and which cap was hit, in words."""

    screens: int
    notes: tuple[str, ...] = ()


async def scroll_to_end(page: Evaluates, *, at_rest: AtRest, limits: ScrollLimits | None = None) -> Scrolled:
    """Scroll down until the page grows no more. Texts that go as others come are kept. Raises `CdpError`."""
    limits = limits or ScrollLimits()
    until = time.monotonic() + limits.seconds
    screens = without_news = 0
    before = await _extent(page)
    for _ in range(limits.rounds):
        left = min(until - time.monotonic(), _ROUND_SECONDS)
        if left <= 0 or before["elements"] > limits.elements:
            break
        script = expression(*_SCRIPTS, call="scrollDown", argument={"most_ms": left * 1000})
        screens += int(await page.evaluate(script, seconds=left + _SPARE_SECONDS))
        await at_rest()
        after = await _extent(page)
        has_grown = after["height"] > before["height"] or after["fresh"] > 0
        without_news = 0 if has_grown else without_news + 1
        if without_news == _ROUNDS_WITHOUT_NEWS:
            return Scrolled(screens)
        before = after
    return Scrolled(screens, (f"infinite scroll: stopped after {screens} screens",))


async def _extent(page: Evaluates) -> Any:
    return await page.evaluate(expression(*_SCRIPTS, call="extent"))
