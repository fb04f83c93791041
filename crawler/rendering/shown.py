"""What two readings of a page are compared by: what its HTML says, its links, its pieces of text. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crawler.rendering.rendered import Rendered

_TAG: Final = re.compile(r"<(?:[^<>\"]|\"[^\"]*\")*>")
_UNREAD: Final = re.compile(
    r" (?:tabindex|aria-value\w+)=\"[^\"]*\"| style=\"(?![^\"]*(?:none|hidden))[^\"]*\""
)
"""Attributes that say nothing of what a page holds: progress, looks."""
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Shown:
    """A page as it was read."""

    rendered: Rendered

    @cached_property
    def said(self) -> str:
        """Its tags and text."""
        tidied = _TAG.sub(lambda tag: _UNREAD.sub("", tag[0]), self.rendered.html)
        return _SPACES.sub(" ", tidied)

    @cached_property
    def blocks(self) -> frozenset[str]:
        """Its pieces of text, as tags part them."""
        pieces = map(str.strip, _TAG.split(self.rendered.html))
        return frozenset(filter(None, pieces))

    def agrees_with(self, other: Shown) -> bool:
        """Whether both say the same, at the same address, with the same links."""
        return (
            self.rendered.url == other.rendered.url
            and self.said == other.said
            and frozenset(self.rendered.links) == frozenset(other.rendered.links)
        )


def characters(blocks: frozenset[str]) -> int:
    """How much text that is."""
    return sum(map(len, blocks))
