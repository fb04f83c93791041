"""`connectors[].field_mappings`: from what the site says to the fields of the index."""

from __future__ import annotations

import difflib
import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from settings.patterns import check_pattern
from settings.section import Section, one_or_many
from settings.selectors import check_css, check_xpath

BARE_SOURCES: Final = ("title", "url", "host")
FIXED_SOURCES: Final = ("file:name", "file:type", "file:size", "html:size", "link:text")
ARGUMENT_SOURCES: Final = ("meta", "css", "xpath", "jsonld", "header", "url", "const")


def check_source(source: str) -> str:
    """The source itself: `title url host meta:NAME css:SEL[@attr] xpath:EXPR jsonld:path header:NAME
    url:REGEX const:TEXT file:name|type|size html:size link:text`.

    Raises:
        ValueError: its kind is unknown, or what follows the kind is missing or wrong.
    """
    kind, colon, argument = source.partition(":")
    if source in BARE_SOURCES or source in FIXED_SOURCES:
        return source
    if kind not in ARGUMENT_SOURCES or not colon:
        raise ValueError(_unknown_source(kind, bool(colon)))
    if not argument:
        raise ValueError(f"must say what it takes after `{kind}:`")
    _check_argument(kind, argument)
    return source


def _check_argument(kind: str, argument: str) -> None:
    if kind == "url":
        check_pattern(argument)
    elif kind == "xpath":
        check_xpath(argument)
    elif kind == "css":
        selector, _, attribute = argument.rpartition("@")
        check_css(selector if selector and attribute and "]" not in attribute else argument)


def _unknown_source(kind: str, has_argument: bool) -> str:
    if kind in ("file", "html", "link"):
        choices = ", ".join(source for source in FIXED_SOURCES if source.startswith(f"{kind}:"))
        return f"must be one of {choices}"
    if not has_argument and kind in ARGUMENT_SOURCES:
        return f"must say what it takes after `{kind}:`"
    known = {name: name for name in BARE_SOURCES} | {name: f"{name}:…" for name in ARGUMENT_SOURCES}
    nearest = difflib.get_close_matches(kind, known, n=1)
    hint = f"; did you mean `{known[nearest[0]]}`?" if nearest else ""
    choices = ", ".join((*BARE_SOURCES, *(f"{name}:…" for name in ARGUMENT_SOURCES), *FIXED_SOURCES))
    return f"must be a source that exists{hint or f': {choices}'}"


class AppliesTo(StrEnum):
    """Which documents a mapping is for."""

    PAGE = "page"
    FILE = "file"
    BOTH = "both"


def check_date_format(pattern: str) -> str:
    """The pattern itself, as `strptime` reads it.

    Raises:
        ValueError: it names no part of a date, or one that there is not.
    """
    try:
        datetime.strptime("", pattern)  # noqa: DTZ007 - only the pattern is of interest
    except ValueError as error:
        if "does not match" not in str(error):
            why = str(error).partition(" in format")[0]
            raise ValueError(f"must be a pattern of strptime, such as `%d.%m.%Y`: {why}") from None
    except re.error:
        raise ValueError("must be a pattern of strptime that names each part of a date once") from None
    if "%" not in pattern:
        raise ValueError("must be a pattern of strptime, such as `%d.%m.%Y`")
    return pattern


DateFormat = Annotated[
    str, AfterValidator(check_date_format), WithJsonSchema({"type": "string", "minLength": 1})
]
Source = Annotated[str, AfterValidator(check_source), WithJsonSchema({"type": "string", "minLength": 1})]
Sources = Annotated[
    tuple[Source, ...],
    Field(min_length=1),
    BeforeValidator(one_or_many, json_schema_input_type=str | tuple[Source, ...]),
]


class FieldMapping(Section):
    """Fills one field; of several mappings and sources for it the first that yields a value wins."""

    field: str = Field(min_length=1, examples=["department"])
    """A field of `fields`, or one of those that are always there."""
    sources: Sources = Field(
        alias="from", examples=["meta:og:title", ["css:time.updated@datetime", "header:last-modified"]]
    )
    """One source or a list: title, url, host, meta:NAME, css:SELECTOR[@attribute], xpath:EXPRESSION,
    jsonld:path, header:NAME, url:REGEX (its first group), const:TEXT, file:name, file:type, file:size,
    html:size, link:text."""
    format: DateFormat | None = Field(default=None, examples=["%d.%m.%Y"])
    """How a date is written (strptime); null: the usual ways are tried."""
    split: str | None = Field(default=None, min_length=1, examples=[","])
    """Cut the value here into a list."""
    applies_to: AppliesTo = AppliesTo.BOTH
    """Pages, files or both."""
