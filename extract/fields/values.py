"""Texts to typed values: what a field's type accepts, and why a value does not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from catalog.document import FieldValue
from extract.fields.dates import parse_date
from settings.fields import FieldType

_TRUE: Final = frozenset({"true", "yes", "1", "on", "y"})
_FALSE: Final = frozenset({"false", "no", "0", "off", "n"})
_LONG: Final = re.compile(r"[+-]?\d{1,19}")
_DOUBLE: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_LARGEST_LONG: Final = 2**63 - 1


class MisfitError(ValueError):
    """A value that its field's type does not accept; the message says what would be accepted."""


def typed(
    texts: Sequence[str],
    kind: FieldType,
    *,
    pattern: str | None = None,
    split: str | None = None,
    language: str | None = None,
) -> FieldValue | None:
    """The value of a field from the texts that a source gave; None when they are all blank.

    A list keeps every text, other types take the first. Dates are read as `language` writes them.

    Raises:
        MisfitError: the text is not a value of this type.
    """
    parts = [part for text in texts for part in (text.split(split) if split else (text,))]
    folded = [part for part in (" ".join(part.split()) for part in parts) if part]
    if not folded:
        return None
    if kind is FieldType.STRING_LIST:
        return tuple(dict.fromkeys(folded))
    first = folded[0]
    if kind is FieldType.STRING:
        return first
    if kind is FieldType.DATE:
        return _date(first, pattern, language)
    if kind is FieldType.BOOLEAN:
        return _boolean(first)
    return _long(first) if kind is FieldType.LONG else _double(first)


def _date(text: str, pattern: str | None, language: str | None) -> FieldValue:
    date = parse_date(text, pattern, language=language)
    if date is None:
        wanted = f"a date written as {pattern}" if pattern else "a date"
        raise MisfitError(f"is not {wanted}")
    return date


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise MisfitError("is not a boolean (true, false, yes, no, on, off, 1, 0)")


def _long(text: str) -> int:
    if not _LONG.fullmatch(text) or abs(int(text)) > _LARGEST_LONG:
        raise MisfitError("is not a whole number of 64 bits")
    return int(text)


def _double(text: str) -> float:
    if not _DOUBLE.fullmatch(text):
        raise MisfitError("is not a number (digits with a point)")
    return float(text)
