"""Regular expressions: checked by RE2, or by `regex` where they need look-around."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema


def check_pattern(pattern: str) -> str:
    """The pattern itself, when one of the two engines accepts it.

    RE2 takes linear time, so it is asked first; `regex` (run with a time limit by whoever matches) adds
    look-around and back-references.

    Raises:
        ValueError: neither accepts it; the message has the place within the pattern.
    """
    import re2  # noqa: PLC0415 - a file without patterns need not load two engines

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        _check_backtracking(pattern)
    return pattern


def _check_backtracking(pattern: str) -> None:
    import regex  # noqa: PLC0415

    try:
        regex.compile(pattern)
    except regex.error as error:
        place = f" at character {error.pos + 1}" if error.pos is not None else ""
        raise ValueError(f"must be a regular expression: {error.msg}{place}") from None


Pattern = Annotated[
    str,
    AfterValidator(check_pattern),
    WithJsonSchema({"type": "string", "format": "regex", "title": "regular expression"}),
]
"""A regular expression, found anywhere in the whole URL."""
