"""Regular expressions of field mappings: RE2's linear time first, `regex` with a time limit for the rest."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

_LIMIT: Final = 0.1
"""Seconds that a pattern with look-around may search in one address."""


def search(pattern: str, text: str) -> Any:
    """The first match (as `re.Match`), None where there is none or the time limit was reached."""
    compiled, arguments = _compiled(pattern)
    try:
        return compiled.search(text, **arguments)
    except TimeoutError:
        return None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[Any, dict[str, float]]:
    import re2  # noqa: PLC0415 - only where a mapping has a pattern

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options), {}
    except re2.error:
        import regex  # noqa: PLC0415

        return regex.compile(pattern), {"timeout": _LIMIT}
