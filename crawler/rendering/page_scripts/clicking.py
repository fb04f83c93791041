"""Elements that the settings name are clicked, one after the other; what they show one by one is all kept."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from crawler.rendering.interfaces import Evaluates
from crawler.rendering.page_scripts.sources import expression

AtRest = Callable[[], Awaitable[object]]
"""Returns when no request of the page is pending and its DOM is still, or its cap is over."""
MayClick = Callable[[str, str], bool]
"""Whether an element may be clicked, by its label and the address of the link that it is (or empty)."""

_SCRIPTS: Final = ("base", "settle", "states", "flatten", "collect", "interact", "click")
_FEW: Final = 3
"""Up to so many elements of one selector may be "show more": they are clicked again while they bring more."""


@dataclass(frozen=True, slots=True)
class ClickLimits:
    """Clicks of one selector on a page, and seconds for them."""

    clicks: int = 50
    seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Clicked:
    """How many clicks were made, where they would have led (absolute addresses), and which cap was hit."""

    clicks: int
    links: tuple[str, ...]
    notes: tuple[str, ...] = ()


async def click_all(
    page: Evaluates, selector: str, *, at_rest: AtRest, may_click: MayClick, limits: ClickLimits | None = None
) -> Clicked:
    """Click every visible element of a selector (``css:.more``), and those that come with a click.

    A click that would lead to another page leads nowhere: its address is among the links. One that is still
    there after it brought new text is clicked again, unless it says that it opens and closes something.
    Raises `CdpError`.
    """
    walk = _Walk(page, selector, at_rest, may_click, limits or ClickLimits())
    note = await walk.run()
    links = await page.evaluate(expression(*_SCRIPTS, call="leftFor"))
    return Clicked(walk.clicks, tuple(map(str, links)), (note,) if note else ())


class _Walk:
    """The clicks of one selector, counted."""

    def __init__(
        self, page: Evaluates, selector: str, at_rest: AtRest, may_click: MayClick, limits: ClickLimits
    ) -> None:
        self._page = page
        self._selector = selector
        self._at_rest = at_rest
        self._may_click = may_click
        self._limits = limits
        self._until = time.monotonic() + limits.seconds
        self._done_with: set[str] = set()
        self.clicks = 0

    async def run(self) -> str | None:
        """Click until nothing is left to be clicked; which cap ended it, in words."""
        while True:
            targets = await self._ask("targets", {"selector": self._selector})
            named = [
                (index, target, target["label"] + target["address"]) for index, target in enumerate(targets)
            ]
            fresh = [each for each in named if each[2] not in self._done_with]
            if not fresh:
                return None
            for index, target, name in fresh:
                if not self._may_click(target["label"], target["address"]):
                    self._done_with.add(name)
                    continue
                repeats = len(targets) <= _FEW and not target["toggles"]
                note = await self._press(index, name, repeats=repeats)
                if note is not None:
                    return note

    async def _press(self, index: int, name: str, *, repeats: bool) -> str | None:
        while True:
            if self.clicks >= self._limits.clicks:
                return f"{self._selector}: stopped after {self.clicks} clicks"
            if time.monotonic() >= self._until:
                return f"{self._selector}: stopped after {self._limits.seconds:g} s of clicking"
            if not await self._ask("pressTarget", {"index": index}):
                return None
            self.clicks += 1
            await self._at_rest()
            after = await self._ask("afterPress", {"index": index})
            if after["lost"]:
                return f"{self._selector}: a click led to another page from which there was no way back"
            if after["left"]:
                self._done_with.add(name)  # the page may draw it anew, and would be left once more
            if not (repeats and after["again"] and after["fresh"]):
                return None

    async def _ask(self, call: str, argument: object) -> Any:
        return await self._page.evaluate(expression(*_SCRIPTS, call=call, argument=argument))
