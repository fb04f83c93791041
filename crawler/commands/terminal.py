"""What the tables and stories of the commands have in common: widths, numbers, moments, amounts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from catalog.vocabulary import Reason

_PIPE_WIDTH: Final = 10_000
_FOLDED: Final = {"URL", "reason", "rule", "such as"}


def console() -> Console:
    """As wide as the terminal; into a pipe or a file as wide as it takes, for a line is one record there."""
    made = Console(highlight=False, soft_wrap=True)
    return made if made.is_terminal else Console(highlight=False, soft_wrap=True, width=_PIPE_WIDTH)


def table(*columns: str, right: Collection[str] = ()) -> Table:
    """A table without lines; what people read folds, the rest is cut."""
    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold" if column in _FOLDED else "ellipsis",
            no_wrap=column not in _FOLDED,
        )
    return made


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
