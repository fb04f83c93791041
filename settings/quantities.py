"""Sizes, durations and ratios, written with their unit: `50MB`, `24h`, `15%`."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SIZE_UNITS: Final = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_MILLISECONDS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SIZE: Final = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?([kKMGT]i?B|B)", re.ASCII)
_DURATION: Final = re.compile(r"(?:\d{1,15}(?:ms|[smhd]))+", re.ASCII)
_DURATION_PART: Final = re.compile(r"(\d+)(ms|[smhd])", re.ASCII)
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?) ?%", re.ASCII)
_LONGEST: Final = timedelta(days=3650)


def parse_size(value: object) -> int:
    """Bytes, from a whole number of bytes or a number with a unit (kB, MB, GB, TB; KiB, MiB …).

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    size = int(Decimal(match[1]) * _SIZE_UNITS[match[2]]) if match else 0
    if size <= 0:
        raise ValueError("must be a size above zero with its unit, such as 50MB or 512KiB")
    return size


def format_size(size: int) -> str:
    """The shortest exact writing that `parse_size` reads back."""
    for unit in ("TB", "TiB", "GB", "GiB", "MB", "MiB", "kB", "KiB"):
        if size % _SIZE_UNITS[unit] == 0:
            return f"{size // _SIZE_UNITS[unit]}{unit}"
    return f"{size}B"


def parse_duration(value: object) -> timedelta:
    """A duration from `500ms`, `2s`, `90m`, `24h`, `7d` or a sequence of them such as `1h30m`.

    Raises:
        ValueError: it has no unit, or is longer than ten years.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError("must be a duration with its unit, such as 30s, 24h or 1h30m")
    parts = _DURATION_PART.findall(value)
    milliseconds = sum(int(number) * _MILLISECONDS[unit] for number, unit in parts)
    if milliseconds > _LONGEST / timedelta(milliseconds=1):
        raise ValueError("must not be longer than ten years")
    return timedelta(milliseconds=milliseconds)


def format_duration(duration: timedelta) -> str:
    """The writing in the largest whole unit, which `parse_duration` reads back (to the millisecond)."""
    milliseconds = duration // timedelta(milliseconds=1)
    for unit in ("h", "m", "s"):
        if milliseconds and milliseconds % _MILLISECONDS[unit] == 0:
            return f"{milliseconds // _MILLISECONDS[unit]}{unit}"
    return f"{milliseconds}ms" if milliseconds else "0s"


def parse_fraction(value: object) -> float:
    """A part of the whole as 0..1, from `15%` or from the fraction itself.

    Raises:
        ValueError: it is neither, or not within 0 and 100 %.
    """
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match:
        fraction = float(match[1]) / 100
    elif isinstance(value, int | float) and not isinstance(value, bool):
        fraction = float(value)
    else:
        raise ValueError("must be a percentage such as 15%")
    if not 0 <= fraction <= 1:
        raise ValueError("must lie between 0% and 100%")
    return fraction


def format_fraction(fraction: float) -> str:
    """As a percentage."""
    return f"{round(fraction * 100, 6):g}%"


_SIZE_SCHEMA: Final = {
    "title": "size",
    "anyOf": [{"type": "string", "pattern": rf"^{_SIZE.pattern}$"}, {"type": "integer", "minimum": 1}],
}
_DURATION_SCHEMA: Final = {"title": "duration", "type": "string", "pattern": rf"^{_DURATION.pattern}$"}
_FRACTION_SCHEMA: Final = {
    "title": "percentage",
    "anyOf": [
        {"type": "string", "pattern": rf"^{_PERCENT.pattern}$"},
        {"type": "number", "minimum": 0, "maximum": 1},
    ],
}

Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(format_size, return_type=str, when_used="json"),
    WithJsonSchema(_SIZE_SCHEMA),
]
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema(_DURATION_SCHEMA),
]
Fraction = Annotated[
    float,
    BeforeValidator(parse_fraction),
    PlainSerializer(format_fraction, return_type=str, when_used="json"),
    WithJsonSchema(_FRACTION_SCHEMA),
]
