"""The two tantivy schemas, and the typed columns by which documents are filtered, counted and sorted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

import tantivy

from indexer.lexical.analysis import EXACT, WORDS
from settings.fields import FieldType

FORMAT: Final = 7
"""Raised whenever schemas or analyzers change in a way that old files do not fit."""


OWN_COLUMNS: Final[Mapping[str, FieldType]] = MappingProxyType(
    {"kind": FieldType.STRING, "fetched_at": FieldType.DATE}
)
"""What every document has besides the fields of the configuration."""


_EARLIEST: Final = datetime(1678, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2262, 1, 1, tzinfo=UTC)


STRINGS: Final = "strings"
"""The field of what all string columns hold, see `string_term`: each field costs every passage a byte."""


DOCUMENT_ORDER: Final = "document_high"
"""The first half of a document's id, to order documents by that are equal otherwise."""


def string_term(name: str, value: str) -> str:
    """The term in `STRINGS` for a value of the string column `name`. (Names hold no colon.)"""
    return f"{name}:{value}"


def stemmed_term(language: str) -> str:
    """The term in `STRINGS` of documents some of whose text is stemmed by a language's rules: no column has
    an empty name."""
    return string_term("", language)


def column(name: str) -> str:
    """The tantivy field behind column `name`: a prefix keeps user fields apart from our own."""
    return f"column_{name}"


def indexable_date(moment: datetime) -> datetime:
    """`moment` (aware) as date columns hold it: in UTC, to the second, within the years that 64-bit
    nanoseconds span. The order of dates is kept."""
    bounded = min(max(moment, _EARLIEST), _LATEST)
    return bounded.astimezone(UTC).replace(microsecond=0)


def passages_schema(columns: Mapping[str, FieldType]) -> tantivy.Schema:
    """One entry per chunk.

    The document's id stands in it twice: as a term (to delete and restrict by) and as two unsigned
    halves, because only numbers can be read back from fast fields, 1,000 at a time.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("chunk", indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(DOCUMENT_ORDER, fast=True)
    builder.add_unsigned_field("document_low", fast=True)
    builder.add_unsigned_field("access", indexed=True)
    for name in ("title", "headings", "fields", "body"):
        builder.add_text_field(name, tokenizer_name=WORDS)
    builder.add_text_field("exact", tokenizer_name=EXACT, index_option="basic")
    _add_columns(builder, columns)
    return builder.build()


def documents_schema(columns: Mapping[str, FieldType]) -> tantivy.Schema:
    """One entry per document, so that totals and facets count documents. String columns have a field each,
    too, to be counted and sorted by.

    `body` holds the words of fields, headings and text alike and only says that they are there; of its
    text's exact terms only names stand here. Phrases and words as written are looked for in passages.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("document", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(DOCUMENT_ORDER, fast=True)
    builder.add_unsigned_field("access", indexed=True)
    builder.add_text_field("title", tokenizer_name=WORDS)
    builder.add_text_field("body", tokenizer_name=WORDS, index_option="basic")
    builder.add_text_field("exact", tokenizer_name=EXACT, index_option="basic")
    _add_columns(builder, columns)
    for name, column_type in columns.items():
        if column_type in (FieldType.STRING, FieldType.STRING_LIST):
            builder.add_text_field(column(name), fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _add_columns(builder: tantivy.SchemaBuilder, columns: Mapping[str, FieldType]) -> None:
    """What filters compare with."""
    builder.add_text_field(STRINGS, tokenizer_name="raw", index_option="basic")
    for name, column_type in columns.items():
        match column_type:
            case FieldType.STRING | FieldType.STRING_LIST:
                pass
            case FieldType.DATE:
                builder.add_date_field(column(name), indexed=True, fast=True)
            case FieldType.LONG:
                builder.add_integer_field(column(name), indexed=True, fast=True)
            case FieldType.DOUBLE:
                builder.add_float_field(column(name), indexed=True, fast=True)
            case FieldType.BOOLEAN:
                builder.add_boolean_field(column(name), indexed=True, fast=True)
