"""Waiting for an element that the settings name."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from crawler.rendering.interfaces import Evaluates
from crawler.rendering.page_scripts.sources import expression

_SPARE_SECONDS: Final = 5.0


async def wait_for(page: Evaluates, selector: str, most: timedelta) -> bool:
    """Whether an element of `selector` (``css:#app``) was there before `most` was over. Raises `CdpError`."""
    options = {"selector": selector, "cap_ms": most.total_seconds() * 1000}
    script = expression("base", "settle", "interact", "wait", call="waitFor", argument=options)
    return bool(await page.evaluate(script, seconds=most.total_seconds() + _SPARE_SECONDS))
