"""Moments and parts as the pages for operators say them."""

from __future__ import annotations

from datetime import datetime, timedelta

_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


def ago(when: datetime, now: datetime) -> str:
    """How far a moment is from now, in its largest unit: `3 hours ago`, `in 2 days`."""
    distance = abs(now - when)
    for length, name in _UNITS:
        if distance >= length:
            count = distance // length
            told = f"{count} {name}{'' if count == 1 else 's'}"
            return f"{told} ago" if when <= now else f"in {told}"
    return "just now" if when <= now else "in a moment"


def part(some: int, all_of_them: int) -> str:
    """A share in whole percent; never 0 % or 100 % unless it is exactly that."""
    if not all_of_them or not some:
        return "0 %"
    if some >= all_of_them:
        return "100 %"
    return f"{min(99, max(1, round(100 * some / all_of_them)))} %"
