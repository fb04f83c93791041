"""A page is read once it is still: its HTML as one tree, and addresses that stand in no link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crawler.rendering.interfaces import Evaluates
from crawler.rendering.page_scripts.sources import expression
from crawler.rendering.script_links import links_in_attributes, links_in_handlers

MOST_CHARACTERS: Final = 20_000_000
"""The most that is taken of a page's HTML."""
_SPARE_SECONDS: Final = 10.0
"""What reading may take besides waiting: the largest pages take a second."""
_READ: Final = ("base", "settle", "states", "flatten", "collect", "read")
_SETTLE: Final = ("base", "settle")


@dataclass(frozen=True, slots=True)
class Stillness:
    """When a page counts as settled: loaded, and its DOM unchanged for `quiet_ms`.

    A page with scripts that shows next to nothing, or says that it is busy, is given `patience_ms` without a
    change. After `cap_ms` it is taken as it is.
    """

    quiet_ms: int = 100
    patience_ms: int = 1_000
    cap_ms: int = 5_000

    def as_options(self) -> Mapping[str, int]:
        """As the scripts take it."""
        return {"quiet_ms": self.quiet_ms, "patience_ms": self.patience_ms, "cap_ms": self.cap_ms}

    @property
    def seconds(self) -> float:
        """How long a script that waits so may take."""
        return self.cap_ms / 1000 + _SPARE_SECONDS


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as it stands.

    `url` is its address now, fragment and all. `hash_links` are links whose fragment may be a route;
    `links` are addresses that no parser would find in the HTML. `clickable` counts elements that only a
    script follows: where there are any, clicking may find more.
    """

    url: str
    html: str
    is_still: bool
    links: tuple[str, ...]
    hash_links: tuple[str, ...]
    clickable: int
    notes: tuple[str, ...]


async def read_page(
    page: Evaluates, stillness: Stillness, *, most_characters: int = MOST_CHARACTERS
) -> PageReading:
    """Wait until the page is still and read it, in one evaluation. Raises `CdpError`.

    The page's requests are the caller's to know: where some were made meanwhile, it reads again.
    """
    options = {**stillness.as_options(), "most_characters": most_characters}
    script = expression(*_READ, call="read", argument=options)
    return _reading(await page.evaluate(script, seconds=stillness.seconds), most_characters)


async def wait_until_still(page: Evaluates, stillness: Stillness) -> bool:
    """Whether the page came to rest within the cap. Raises `CdpError`."""
    script = (
        f"{expression(*_SETTLE, call='settle', argument=stillness.as_options())}.then(({{still}})=>still)"
    )
    return bool(await page.evaluate(script, seconds=stillness.seconds))


def _reading(found: Mapping[str, Any], most_characters: int) -> PageReading:
    cut = f"the page's HTML has more than {most_characters:,} characters: the rest is left out"
    base = str(found["base"])
    links = [
        *found["hidden"],
        *links_in_attributes([(name, value) for name, value in found["addresses"]], base),
        *links_in_handlers(found["handlers"], base),
    ]
    return PageReading(
        url=str(found["url"]),
        html=str(found["html"]),
        is_still=bool(found["still"]),
        links=tuple(dict.fromkeys(link for link in links if link)),
        hash_links=tuple(found["hash"]),
        clickable=int(found["clickable"]),
        notes=(cut,) if found["cut"] else (),
    )
