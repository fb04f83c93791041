"""What the pages of a site share: blocks that so many of them have are its template, whatever their markup.

No look at a single page can tell that. A site teaches it by a sample of its pages; what was learned leaves
out the same blocks of every page, those read later too.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile
from typing import Final

from catalog.document import Block, BlockKind

FEWEST_PAGES: Final = 8
"""Pages that tell of different things and share a block, before it can be a template's."""

LEAST_SHARE: Final = 0.3
"""The share of such pages, of all of the sample, from which a block is a template's."""

LEAST_OWN: Final = 100
"""Characters in blocks that fewer than `FEWEST_PAGES` pages have: with less, a page tells of nothing of its
own, but is a variant of others (sorted otherwise, printed), and no witness."""

_FACTS: Final = frozenset({BlockKind.CODE, BlockKind.DEFINITION})
"""What may well say the same on many pages, and is content on each of them."""

_LABEL: Final = 40
"""Characters below which a block may be a label of what follows it."""


def fingerprint(block: Block) -> int:
    """64 bits (signed) by which a block is known again: its kind and its words."""
    said = f"{block.kind.value}\0{' '.join(block.text.split())}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), signed=True)


def shared_blocks(pages: Iterable[Sequence[Block]]) -> dict[int, int]:
    """The fingerprints of blocks that are a template's, each with the number of pages that witness it.

    `pages` are distinct pages of one host. Only those count that have text of their own, and of those whose
    longest own block is the same only one: so variants of one page prove nothing.
    """
    lengths: list[dict[int, int]] = [
        {fingerprint(block): len(block.text) for block in blocks if block.kind not in _FACTS}
        for blocks in pages
    ]
    counts = Counter(mark for page in lengths for mark in page)
    witnesses: defaultdict[int, set[int]] = defaultdict(set)
    subjects: set[int] = set()
    for page in lengths:
        own = [(length, mark) for mark, length in page.items() if counts[mark] < FEWEST_PAGES]
        if sum([length for length, _ in own]) < LEAST_OWN:
            continue
        _, subject = max(own)
        subjects.add(subject)
        for mark in page:
            if counts[mark] >= FEWEST_PAGES:
                witnesses[mark].add(subject)
    least = max(FEWEST_PAGES, LEAST_SHARE * len(subjects))
    return {mark: len(seen) for mark, seen in witnesses.items() if len(seen) >= least}


def without_shared(blocks: Sequence[Block], shared: Collection[int]) -> Sequence[Block]:
    """The blocks without those of the template.

    A heading stays where anything under it does, a short label ("Note") where it stands alone in the midst of
    content, and a page that has nothing but headings besides keeps all.
    """
    is_shared = [block.kind not in _FACTS and fingerprint(block) in shared for block in blocks]
    around = [True, *is_shared, True]
    is_shared = [
        found and (len(blocks[place].text) >= _LABEL or around[place] or around[place + 2])
        for place, found in enumerate(is_shared)
    ]
    if not any(is_shared):
        return blocks
    kept = [
        block
        for place, block in enumerate(blocks)
        if not is_shared[place]
        or (block.kind is BlockKind.HEADING and _heads_something(place, blocks, is_shared))
    ]
    return kept if any(block.kind is not BlockKind.HEADING for block in kept) else blocks


def _heads_something(place: int, blocks: Sequence[Block], is_shared: Sequence[bool]) -> bool:
    """Whether a block that stays, and is no heading, stands between a heading and the next of its rank."""
    level = blocks[place].level
    inside = takewhile(
        lambda at: blocks[at].kind is not BlockKind.HEADING or blocks[at].level > level,
        range(place + 1, len(blocks)),
    )
    return any(not is_shared[at] and blocks[at].kind is not BlockKind.HEADING for at in inside)
