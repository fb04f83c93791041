"""Intervals that facets count: their names, and automatic ones with round ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from indexer.retrieval.question import Facet, Interval
from settings.fields import FieldType

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS_SHOWN: Final = 24
"""Dates that span more months than this are counted by years, unless months are asked for."""

Named = tuple[str, Interval]


def epoch_nanoseconds(bound: float | datetime) -> float:
    """A bound as the columns hold it: dates in nanoseconds since 1970."""
    if isinstance(bound, datetime):
        return (bound - _EPOCH) // timedelta(microseconds=1) * 1000
    return bound


def from_epoch_nanoseconds(value: float) -> datetime:
    """The date that a column holds."""
    return _EPOCH + timedelta(seconds=int(value) // 1_000_000_000)


def interval_name(interval: Interval) -> str:
    """The interval as it can be typed in a query: ``[2 TO 5}`` holds 2, but not 5."""
    return f"[{_bound_name(interval.low)} TO {_bound_name(interval.high)}}}"


def automatic_intervals(
    kind: FieldType, facet: Facet, span: tuple[float, float], boundaries: Sequence[float]
) -> list[Named]:
    """Named intervals for a column whose values, as it holds them, have this least and greatest one.

    Dates get calendar years or months, at most the last `facet.size`. Numbers get ends with one telling digit
    near `boundaries`, which part them evenly: sizes and counts are so skewed that steps of one width would
    leave most of them in the first.
    """
    if kind is not FieldType.DATE:
        ends = sorted({_rounded(each) for each in boundaries})
        inner = [None, *(end for end in ends if span[0] < end <= span[1]), None]
        return [(interval_name(each), each) for each in (Interval(*pair) for pair in pairwise(inner))]
    first, last = map(from_epoch_nanoseconds, span)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if facet.ranges == "year" or (facet.ranges == "auto" and months > _MONTHS_SHOWN):
        named = [
            (f"{year:04}", Interval(_month(year, 0), _month(year + 1, 0)))
            for year in range(first.year, last.year + 1)
        ]
    else:
        firsts = [_month(first.year, first.month - 1 + number) for number in range(months + 1)]
        named = [(f"{low:%Y-%m}", Interval(low, high)) for low, high in pairwise(firsts)]
    return named[-facet.size :]


def overlapping(intervals: Iterable[Interval]) -> bool:
    """Whether a value may lie in two of the intervals."""
    ends = sorted((_low(each), _high(each)) for each in intervals)
    return any(high > low for (_, high), (low, _) in pairwise(ends))


def is_empty(interval: Interval) -> bool:
    """Whether no value lies in it."""
    return _low(interval) >= _high(interval)


def _low(interval: Interval) -> float:
    return -math.inf if interval.low is None else epoch_nanoseconds(interval.low)


def _high(interval: Interval) -> float:
    return math.inf if interval.high is None else epoch_nanoseconds(interval.high)


def _month(year: int, number: int) -> datetime:
    """The first moment of a month, counted from January (0) of a year on."""
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _rounded(number: float) -> float:
    """The number with one telling digit: 3,984 is 4,000."""
    if number == 0:
        return 0
    rounded = round(number, -math.floor(math.log10(abs(number))))
    return int(rounded) if rounded == int(rounded) else rounded


def _bound_name(bound: float | datetime | None) -> str:
    if bound is None:
        return "*"
    if not isinstance(bound, datetime):
        return str(bound)
    text = bound.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return text.removesuffix("T00:00:00Z")
