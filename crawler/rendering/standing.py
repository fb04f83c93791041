"""What stands in a page after a visit: from there routes of the same document can be walked to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crawler.outcome import HtmlFetched
from crawler.rendering.interception import without_fragment
from crawler.rendering.rendered import RenderRequest
from crawler.rendering.shown import Shown

_MOST_CHARACTERS: Final = 2_000_000
"""Larger pages are not kept to be compared with."""
_DECIDING: Final = ("content-type", "content-security-policy", "refresh", "set-cookie")
"""Headers of a document that its scripts notice."""


@dataclass(frozen=True, slots=True)
class StandingDocument:
    """`shown` was read last, `document` is what HTTP had brought for it; `notes` were made since its load."""

    shown: Shown
    document: HtmlFetched
    notes: frozenset[str] = frozenset()

    def leads_to(self, request: RenderRequest) -> bool:
        """Whether what is asked for is another route of the very document that stands here."""
        url, here = request.url, self.shown.rendered.url
        return (
            without_fragment(url) != url != here
            and without_fragment(url) == without_fragment(here)
            and _are_the_same(request.document, self.document)
            and len(self.shown.rendered.html) <= _MOST_CHARACTERS
        )


def _are_the_same(one: HtmlFetched, other: HtmlFetched) -> bool:
    return (one.status, one.body) == (other.status, other.body) and all(
        one.headers.get(name) == other.headers.get(name) for name in _DECIDING
    )
