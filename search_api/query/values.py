"""Values of a filter, from JSON or from an address, as the type of their field."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time

from catalog.document import FieldValue
from search_api.query.faults import shown
from search_api.query.limits import MAX_VALUE_CHARACTERS
from settings.fields import FieldType

_LARGEST_LONG = 2**63 - 1


class InvalidValueError(ValueError):
    """The value does not fit its field; the message is a sentence for the asker."""


def typed_value(kind: FieldType, value: object) -> FieldValue:
    """`value` as one value of a field of this kind; raises `InvalidValueError`.

    Text is read as a number, boolean or date where the field is one, because a query string has nothing
    but text. A date is ISO 8601; without a time it means midnight, without an offset UTC.
    """
    match kind:
        case FieldType.STRING | FieldType.STRING_LIST:
            return plain_text(value)
        case FieldType.LONG:
            return _long(value)
        case FieldType.DOUBLE:
            return _double(value)
        case FieldType.BOOLEAN:
            return _boolean(value)
        case FieldType.DATE:
            return _date(value)


def plain_text(value: object) -> str:
    """Text without control characters and lone surrogates; raises `InvalidValueError`."""
    if not isinstance(value, str):
        raise InvalidValueError(f"must be text, not {shown(value)}")
    if len(value) > MAX_VALUE_CHARACTERS:
        raise InvalidValueError(f"is longer than {MAX_VALUE_CHARACTERS:,} characters")
    if fault := unprintable(value):
        raise InvalidValueError(fault)
    return value


def unprintable(text: str) -> str | None:
    """What makes the text unfit to be searched for: NUL and its like, or half a surrogate pair."""
    for character in text:
        if character < " " and character not in "\t\n\r":
            return f"contains the control character U+{ord(character):04X}"
        if "\ud800" <= character <= "\udfff":
            return f"contains half a surrogate pair, U+{ord(character):04X}"
    return None


def _long(value: object) -> int:
    if isinstance(value, str):
        try:
            value = int(value.strip()) if len(value) <= 20 else value
        except ValueError:
            raise InvalidValueError(f"must be a whole number, not {shown(value)}") from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValueError(f"must be a whole number, not {shown(value)}")
    if abs(value) > _LARGEST_LONG:
        raise InvalidValueError("is beyond the 64 bits of a whole number")
    return value


def _double(value: object) -> float:
    try:
        number = (
            float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        )
    except (ValueError, OverflowError):
        number = None
    if number is None or not math.isfinite(number):
        raise InvalidValueError(f"must be a finite number, not {shown(value)}")
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise InvalidValueError(f"must be true or false, not {shown(value)}")


def _date(value: object) -> datetime:
    fault = InvalidValueError(
        f"must be a date such as 2026-11-30 or 2026-11-30T08:00:00Z, not {shown(value)}"
    )
    if not isinstance(value, str) or not value.isascii():
        raise fault
    try:
        if len(value) == len("2026-11-30"):
            return datetime.combine(date.fromisoformat(value), time.min, UTC)
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise fault from None
