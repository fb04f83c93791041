"""What a page gained in the browser: words of its main content and links that its HTML lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from catalog.content import unpack_blocks, unpack_links
from catalog.visit import DocumentDraft

_FEW_WORDS: Final = (8, 0.1)
"""Distinct new words from which, and the share of all from which, content was gained."""
_MOST_OF_A_SHORT_PAGE: Final = (3, 0.5)
"""The same for a page of few words."""
# Distinct words: a table of contents that a script makes of the headings adds none. No numbers: a clock, a
# counter or a date decides nothing. Of Chinese and Japanese each character counts, as no spaces part words.
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_]{2,}")


def _everywhere(_link: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ReadContent:
    """What of a reading is compared: the distinct words of its main content, and its links; `leads_on` says
    which of these would be followed."""

    words: frozenset[str] = frozenset()
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
    words: set[str] = set()
    if draft is not None:
        words.update(_WORD.findall(draft.title.casefold()))
        for block in unpack_blocks(draft.content):
            words.update(_WORD.findall(block.text.casefold()))
    addresses = {address for address, _ in unpack_links(links)} if links is not None else set()
    addresses.update(more_links)
    return ReadContent(frozenset(words), frozenset(addresses), leads_on)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the rendered page differs from its HTML; words are distinct ones."""

    words: int
    gained_words: int
    lost_words: int
    gained_links: frozenset[str]

    @property
    def gains_content(self) -> bool:
        """Whether the browser adds words that matter: not a date, nor the label of a button."""
        return any(
            self.gained_words >= least and self.gained_words >= share * self.words
            for least, share in (_FEW_WORDS, _MOST_OF_A_SHORT_PAGE)
        )

    @property
    def loses_content(self) -> bool:
        """Whether more was lost than gained: something covers or replaces what the HTML says."""
        return self.lost_words > self.gained_words


def compare(static: ReadContent, rendered: ReadContent) -> Comparison:
    """Compare a page as its HTML says it with the page as the browser showed it."""
    return Comparison(
        words=len(rendered.words),
        gained_words=len(rendered.words - static.words),
        lost_words=len(static.words - rendered.words),
        gained_links=frozenset(filter(rendered.leads_on, rendered.links - static.links)),
    )
