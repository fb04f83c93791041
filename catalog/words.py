"""Numbers, moments, amounts and reasons in words, for whatever people read of the catalog."""

from __future__ import annotations

from datetime import UTC, datetime

from catalog.vocabulary import Reason


def because(reason: Reason | None) -> str:
    """A reason as its sentence and its name."""
    return "" if reason is None else f"{reason.explanation} ({reason.value})"


def number(count: int, noun: str) -> str:
    """A count with its noun in the right form."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def moment(when: datetime) -> str:
    """A moment to the second."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def minute(when: datetime) -> str:
    """A moment to the minute."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: float) -> str:
    """A span of time in its two largest units."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02.0f} s" if minutes else f"{rest:.1f} s"


def amount(size: int) -> str:
    """Bytes in the unit that fits."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return number(size, "byte")
