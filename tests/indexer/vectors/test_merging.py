"""When segments are put together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.vectors.merging import LARGEST, TIER_FACTOR, SegmentSize, segments_to_merge, tier


def sizes(*live: int) -> list[SegmentSize]:
    return [SegmentSize(str(number), rows, rows) for number, rows in enumerate(live)]


def test_tiers_grow_by_their_factor() -> None:
    assert [tier(rows) for rows in (0, 1, 1024, 1025, 8192, 8193, 65537)] == [0, 0, 0, 1, 1, 2, 3]


def test_a_full_tier_is_merged_and_larger_segments_are_left_alone() -> None:
    small = [10] * (TIER_FACTOR - 1)
    assert segments_to_merge(sizes(*small)) == ()
    assert segments_to_merge(sizes(5000, *small, 10)) == tuple(str(n) for n in range(1, TIER_FACTOR + 1))


def test_a_segment_that_is_mostly_tombstones_is_rewritten() -> None:
    assert segments_to_merge([SegmentSize("a", 5000, 2400), SegmentSize("b", 10, 10)]) == ("a",)
    assert segments_to_merge([SegmentSize("a", 5000, 2600)]) == ()


def test_what_is_too_large_to_be_made_in_memory_is_left_alone() -> None:
    assert segments_to_merge(sizes(*[LARGEST // 4] * TIER_FACTOR)) == ()
    assert len(segments_to_merge(sizes(*[LARGEST // 4] * TIER_FACTOR, *[10] * TIER_FACTOR))) == TIER_FACTOR


@given(st.integers(1, 300), st.integers(1, 2000))
def test_many_appends_leave_few_segments(appends: int, rows: int) -> None:
    present: list[SegmentSize] = []
    for number in range(appends):
        present.append(SegmentSize(str(number), rows, rows))
        while chosen := segments_to_merge(present):
            merged = sum(size.live for size in present if size.id in chosen)
            present = [size for size in present if size.id not in chosen]
            present.append(SegmentSize(f"m{number}-{merged}", merged, merged))
    assert sum(size.live for size in present) == appends * rows
    assert len(present) <= (TIER_FACTOR - 1) * (tier(appends * rows) + 1)
