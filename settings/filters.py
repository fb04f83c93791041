"""`connectors[].filters`: what is crawled, what is indexed, which files are taken."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema

from settings.patterns import Pattern
from settings.section import Section

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*)")


def _media_type(text: str) -> str:
    lower = text.lower()
    if not _MEDIA_TYPE.fullmatch(lower):
        raise ValueError("must be a media type such as application/pdf or image/*")
    return lower


MediaType = Annotated[
    str, AfterValidator(_media_type), WithJsonSchema({"type": "string", "pattern": "^[^/]+/[^/]+$"})
]


class FilterPair(Section):
    """Regular expressions, found anywhere in the whole URL. Exclusion wins over inclusion."""

    include: tuple[Pattern, ...] = Field(default=(), examples=[["/handbook/"]])
    """When there are any, one of them must match. Seeds are exempt."""
    exclude: tuple[Pattern, ...] = Field(default=(), examples=[["/logout", r"\?sort="]])
    """None of them may match. Seeds are not exempt."""


class FileFilter(FilterPair):
    """The pair for files, and their media types."""

    types: tuple[MediaType, ...] = Field(default=(), examples=[["application/pdf"]])
    """Media types that are taken; empty: every type from which text can be read."""


class FilterSettings(Section):
    """Three filters: for visiting, for indexing, for files."""

    crawl: FilterPair = FilterPair()
    """Which URLs are visited at all."""
    index: FilterPair = FilterPair()
    """Which visited pages are indexed; the others are only read for their links."""
    files: FileFilter = FileFilter()
    """Which attachments are taken."""
