"""A picture of where a login ended, in which nothing secret can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from playwright.async_api import Error, Locator, Page

MASK: Final = "#000000"
TYPED: Final = "data-sitelore-typed"
"""The attribute of fields that were typed into: a script may turn them into plain text."""
_SECONDS: Final = 6.0
_FIELDS: Final = f"input[type=password], input[autocomplete~=one-time-code], [{TYPED}]"
_LEAST: Final = 4
"""Characters of a secret that is looked for in the text of a page."""


async def masked_screenshot(page: Page, secrets: Sequence[str]) -> bytes | None:
    """The visible part of a page as PNG; None where it can be pictured no more.

    Blacked out are password and code fields, every field that was typed into, and texts that show a secret:
    those are looked for by Playwright's own isolated scripts, of which the page learns nothing.
    """
    mask: list[Locator] = []
    for frame in page.frames:
        mask.append(frame.locator(_FIELDS))
        mask += [frame.get_by_text(secret) for secret in secrets if len(secret) >= _LEAST]
    try:
        return await page.screenshot(
            type="png", mask=mask, mask_color=MASK, animations="disabled", timeout=_SECONDS * 1000
        )
    except Error:
        return None  # it crashed or never pauses; the fault's sentence is told in any case
