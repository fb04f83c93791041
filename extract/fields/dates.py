"""Dates as sites write them, to aware datetimes in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_RFC_5322: Final = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|[+-]\d{4})"
)
_IN_WORDS: Final = re.compile(
    r"(?:(?P<month>[A-Z][a-z]{2,8}) (?P<day>\d{1,2}),|(?P<first>\d{1,2}) (?P<then>[A-Z][a-z]{2,8}))"
    r" (?P<year>[12]\d{3})(?:,? (?P<hour>\d\d?):(?P<minute>\d\d))?",
    re.ASCII,
)
_MONTHS: Final = {
    "January": 1, "February": 2, "March": 3, "April": 4, "May": 5, "June": 6, "July": 7, "August": 8,
    "September": 9, "October": 10, "November": 11, "December": 12, "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4,
    "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
_HAS_YEAR: Final = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_DOTTED: Final = re.compile(r"\d{1,2}\.\d{1,2}\.\d")
"""Nobody writes the month first between dots."""
_LONGEST: Final = 80
_USUAL: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ru", "uk", "zh", "ja", "ko")
"""Languages of dates on pages that state none, or another; the first that can read a date wins."""


def parse_date(text: str, pattern: str | None = None, *, language: str | None = None) -> datetime | None:
    """The moment that `text` names, None when it names none.

    `pattern` is a strptime format. Without one ISO 8601 and RFC 5322 are tried, then how dates are written in
    `language` (ISO 639-1; 03/04/2026 is in April except in English), then in the usual ones. A date without
    a zone is taken as UTC, one without a day is the first. One without a year, or told from today, is none.
    A label may stand before the date.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    found = _by_pattern(text, pattern) if pattern else _read(text, language)
    if found is None:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None  # year 1 or 9999 shifted out of the calendar


def _read(text: str, language: str | None) -> datetime | None:
    return _by_standard(text) or _in_words(text) or _by_custom(text, language)


def _by_pattern(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is set by the caller
    except ValueError:
        return None


def _by_standard(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if _RFC_5322.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        return None


def _in_words(text: str) -> datetime | None:
    """A date as English has it, `May 3, 2019` or `3 May 2019 14:05`, whatever the language of the page; the
    library takes as long for it as all else on the page does."""
    match = _IN_WORDS.fullmatch(text)
    if match is None:
        return None
    month = _MONTHS.get(match["month"] or match["then"])
    day, hour, minute = (
        int(each or 0) for each in (match["day"] or match["first"], match["hour"], match["minute"])
    )
    try:
        return None if month is None else datetime(int(match["year"]), month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _by_custom(text: str, language: str | None) -> datetime | None:
    if not _HAS_YEAR.search(text):
        return None
    for languages in (_USUAL,) if language is None else ((language,), _USUAL):
        found = _read_in(languages, text)
        if found is not None:
            return found
    return None


def _read_in(languages: tuple[str, ...], text: str) -> datetime | None:
    """The date that the text is, else the one to its day that follows a label such as `Updated on`."""
    whole, words = True, text.split()
    while words:
        rest = " ".join(words)
        try:
            found = _parser(languages, _DOTTED.match(rest) is not None).get_date_data(rest)
        except (ValueError, OverflowError):
            return None  # a language of which the library knows no dates, or a number that is no moment
        if found.date_obj is not None and (whole or found.period == "day"):
            return found.date_obj  # type: ignore[no-any-return]
        if any(map(str.isdigit, words.pop(0))):
            return None
        whole = False
    return None


@lru_cache(maxsize=64)
def _parser(languages: tuple[str, ...], day_first: bool) -> DateDataParser:
    from dateparser.date import DateDataParser  # noqa: PLC0415 - only for dates in no standard's form

    settings: dict[str, Any] = {
        "PARSERS": ["timestamp", "absolute-time"],
        "REQUIRE_PARTS": ["year"],
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
        "RELATIVE_BASE": datetime(2000, 1, 1),  # noqa: DTZ001 - missing parts never come from today
        "RETURN_AS_TIMEZONE_AWARE": True,
        "TIMEZONE": "UTC",
        **({"DATE_ORDER": "DMY"} if day_first else {}),
    }
    return DateDataParser(languages=list(languages), settings=settings, try_previous_locales=False)
