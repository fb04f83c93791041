"""What a page gained in the browser: text of its main content and links that its HTML lacks.

Texts are compared by phrases, pairs of words that follow each other in one block: a table of contents that a
script makes of the headings adds none, a paragraph in words that the page uses anyway adds as many as it has
words. Numbers are left out: a clock, a counter or a date decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from catalog.content import unpack_blocks, unpack_links
from catalog.visit import DocumentDraft

_ENOUGH: Final = ((3, 0.5), (8, 0.1), (25, 0.0))
"""New phrases from which content was gained where they are such a share of all: few on a short page, two
sentences on any."""
# Of Chinese and Japanese each character is a word, as no spaces part them.
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_]{2,}")


def _everywhere(_link: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ReadContent:
    """What of a reading is compared: hashes of the phrases of its main content, and its links; `leads_on`
    says which of these would be followed."""

    phrases: frozenset[int] = frozenset()
    links: frozenset[str] = frozenset()
    leads_on: Callable[[str], bool] = _everywhere


def content_of(
    draft: DocumentDraft | None,
    links: bytes | None,
    *,
    leads_on: Callable[[str], bool],
    more_links: Iterable[str] = (),
) -> ReadContent:
    """Unpack what a `Reading` holds (`draft`, `links`); takes about a millisecond for a long page.

    `leads_on` says whether a link would be followed, and is asked only of those that were gained;
    `more_links` are those that the browser found besides.
    """
    phrases: set[int] = set()
    if draft is not None:
        phrases.update(_phrases(draft.title))
        for block in unpack_blocks(draft.content):
            phrases.update(_phrases(block.text))
    addresses = {address for address, _ in unpack_links(links)} if links is not None else set()
    addresses.update(more_links)
    return ReadContent(frozenset(phrases), frozenset(addresses), leads_on)


def _phrases(text: str) -> Iterable[int]:
    words = _WORD.findall(text.casefold())
    return map(hash, pairwise(words) if len(words) > 1 else words)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the rendered page differs from its HTML: of `phrases` in all some were `gained`, others `lost`."""

    phrases: int = 0
    gained: frozenset[int] = frozenset()
    lost: int = 0
    gained_links: frozenset[str] = frozenset()

    @property
    def gains_content(self) -> bool:
        """Whether the browser adds text that matters: not a date, nor the label of a button."""
        return is_content(len(self.gained), self.phrases)

    @property
    def loses_content(self) -> bool:
        """Whether more was lost than gained: something covers or replaces what the HTML says."""
        return self.lost > len(self.gained)


def is_content(gained: int, phrases: int) -> bool:
    """Whether so many new phrases matter on a page that has so many."""
    return any(gained >= least and gained >= share * phrases for least, share in _ENOUGH)


def compare(static: ReadContent, rendered: ReadContent) -> Comparison:
    """Compare a page as its HTML says it with the page as the browser showed it."""
    return Comparison(
        phrases=len(rendered.phrases),
        gained=rendered.phrases - static.phrases,
        lost=len(static.phrases - rendered.phrases),
        gained_links=frozenset(filter(rendered.leads_on, rendered.links - static.links)),
    )
