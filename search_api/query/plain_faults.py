"""Faults that pydantic finds, in our words: what was seen, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from search_api.query.faults import shown

ID_PATTERN: Final = "^[0-9a-f]{32}$"
"""Of the ids that answers give out."""

NOT_BLANK_PATTERN: Final = r"\S"

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object with keys and values",
    "model_type": "an object with keys and values",
    "model_attributes_type": "an object with keys and values",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "date_from_datetime_parsing": "a day such as 2026-11-30",
    "date_from_datetime_inexact": "a day such as 2026-11-30",
    "date_parsing": "a day such as 2026-11-30",
    "date_type": "a day such as 2026-11-30",
}


def plain_message(error: Mapping[str, Any]) -> str:
    """The rest of a sentence about the field of an error as pydantic lists it, with its input."""
    kind, told, seen = str(error["type"]), error.get("ctx") or {}, error.get("input")
    if kind in _WANTED:
        return f"must be {_WANTED[kind].format_map(_without_fractions(told))}, not {shown(seen)}"
    return _of_other_kinds(kind, told, seen) or _in_their_words(str(error["msg"]))


def _without_fractions(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The bounds with 10.0 as 10."""
    return {
        name: int(each) if isinstance(each, float) and each.is_integer() else each
        for name, each in told.items()
    }


def _of_other_kinds(kind: str, told: Mapping[str, Any], seen: Any) -> str | None:
    message = None
    match kind:
        case "missing":
            message = "is missing"
        case "string_pattern_mismatch" if told["pattern"] == ID_PATTERN:
            message = f"must be an id as answers have it, not {shown(seen)}"
        case "string_pattern_mismatch" if told["pattern"] == NOT_BLANK_PATTERN:
            message = "must not be blank"
        case "string_too_short" | "too_short" if told["min_length"] == 1:
            message = "must not be empty"
        case "string_too_long":
            message = f"is {len(seen):,} characters long; at most {told['max_length']:,} can be sent"
        case "too_long":
            message = f"has {len(seen):,} entries; at most {told['max_length']:,} can be sent"
    return message


def _in_their_words(message: str) -> str:
    message = message.removeprefix("Value error, ").removeprefix("Input ")
    return message[:1].lower() + message[1:]
