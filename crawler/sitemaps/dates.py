"""Dates in sitemaps (W3C date and time formats, https://www.w3.org/TR/NOTE-datetime) and feeds (RFC 822)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = 64
"""Characters: what is longer is no date."""

_w3c = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d*)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?)?)?",
    re.IGNORECASE | re.ASCII,
).fullmatch
_YEARS: Final = range(1970, 2200)


def parse_date(text: str) -> datetime | None:
    """An aware date and time, or None where the text is none that can be believed.

    What is left out counts as its least; a time without a zone counts as UTC.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    try:
        moment = _from_w3c(text) or parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):  # 30 February, the year 0, the zone +99:99
        return None
    return moment if moment.year in _YEARS else None


def _from_w3c(text: str) -> datetime | None:
    match = _w3c(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    seconds = min(int(second or 0), 59)  # a leap second is no reason to distrust a date
    date = datetime(int(year), int(month or 1), int(day or 1), tzinfo=_zone(zone))
    return date.replace(hour=int(hour or 0), minute=int(minute or 0), second=seconds)


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
