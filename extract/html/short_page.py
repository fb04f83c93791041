"""A page with little text as it looks at a glance: for those who judge whether it is content at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHORT: Final = 3_000
"""Characters of main content: error pages, login pages and default pages of servers are not longer."""

FEW_LINKS: Final = 30
"""Other addresses that a page links of which the sources are worth a look."""


@dataclass(frozen=True, slots=True)
class ShortPage:
    """A page with at most `SHORT` characters of main content.

    `title` is written as the page does, `text` is its main content, a block a line. `links` counts the other
    addresses that the page links, navigation and all; where these are few, `sources` are the addresses of its
    scripts and frames, as they stand there. `beside_consent` counts the characters of main content, headings
    and links aside, that stand outside a dialogue which asks for consent to cookies; None where there is no
    such dialogue.
    """

    title: str = ""
    headings: tuple[str, ...] = ()
    text: str = ""
    links: int = 0
    sources: tuple[str, ...] = ()
    beside_consent: int | None = None
