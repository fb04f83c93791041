"""Which segments to put together: small ones in tiers, and those that are mostly tombstones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.vectors.manifest import SegmentEntry

TIER_FACTOR: Final = 8
"""So many segments of one size make one of the next; each row is written log₈ n times."""
SMALLEST_TIER: Final = 1024
LARGEST: Final = 1 << 24
"""Rows above which nothing is merged: making a segment of so many takes hours on two cores."""
MOST_TOMBSTONES: Final = 0.5


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """What the decision needs to know of a segment."""

    id: str
    rows: int
    live: int


def tier(rows: int) -> int:
    """0 for up to 1,024 rows, 1 for up to 8 times as many, and so on."""
    number, size = 0, SMALLEST_TIER
    while rows > size:
        number, size = number + 1, size * TIER_FACTOR
    return number


def segments_to_merge(sizes: Sequence[SegmentSize]) -> tuple[str, ...]:
    """The segments to rewrite as one, in their order; none when it is not time.

    A full tier goes first (the lowest), then a segment that is mostly tombstones, by itself.
    """
    tiers: dict[int, list[SegmentSize]] = defaultdict(list)
    for size in sizes:
        tiers[tier(size.live)].append(size)
    for _, members in sorted(tiers.items()):
        if len(members) >= TIER_FACTOR and sum(member.live for member in members) <= LARGEST:
            return tuple(member.id for member in members)
    for size in sizes:
        if size.live < size.rows * (1 - MOST_TOMBSTONES):
            return (size.id,)
    return ()


def in_groups(entries: Sequence[SegmentEntry]) -> list[list[SegmentEntry]]:
    """New segments in groups, in their order, each to become one segment of at most `LARGEST` rows."""
    groups: list[list[SegmentEntry]] = []
    for entry in entries:
        if not groups or sum(member.rows for member in groups[-1]) + entry.rows > LARGEST:
            groups.append([])
        groups[-1].append(entry)
    return groups
