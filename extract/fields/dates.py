"""Dates as sites write them, to aware datetimes in UTC."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from typing import Final

_HAS_YEAR: Final = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_LONGEST: Final = 80


def parse_date(text: str, pattern: str | None = None) -> datetime | None:
    """The moment that `text` names, None when it names none.

    `pattern` is a strptime format; without one ISO 8601 and RFC 5322 are tried, then the usual ways of
    writing a date. A date without a zone is taken as UTC, one without a year is not taken.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    found = _by_pattern(text, pattern) if pattern else _by_custom(text)
    if found is None:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None  # year 1 or 9999 shifted out of the calendar


def _by_pattern(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is set by the caller
    except ValueError:
        return None


def _by_custom(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if not _HAS_YEAR.search(text):
        return None
    from dateutil import parser  # noqa: PLC0415 - only for dates that are not in ISO 8601

    try:
        with warnings.catch_warnings():
            # An abbreviation of a zone means several zones; the time is then taken as UTC.
            warnings.simplefilter("ignore", parser.UnknownTimezoneWarning)
            return parser.parse(text, default=datetime(1, 1, 1))  # noqa: DTZ001 - the zone is set by the caller
    except (ValueError, OverflowError):
        return None
