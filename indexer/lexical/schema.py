"""The two tantivy schemas, and the typed columns by which documents are filtered, counted and sorted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import tantivy

from indexer.lexical.analysis import WHOLE, WORDS

FORMAT: Final = 1
"""Raised whenever schemas or analyzers change in a way that old files do not fit."""


class ColumnType(StrEnum):
    """What a column holds: the field types of the configuration."""

    STRING = "string"
    STRING_LIST = "string_list"
    DATE = "date"
    LONG = "long"
    DOUBLE = "double"
    BOOLEAN = "boolean"


BUILT_IN_COLUMNS: Final[Mapping[str, ColumnType]] = MappingProxyType(
    {
        "connector": ColumnType.STRING,
        "kind": ColumnType.STRING,
        "language": ColumnType.STRING,
        "title": ColumnType.STRING,
        "url": ColumnType.STRING,
        "category": ColumnType.STRING,
        "authors": ColumnType.STRING_LIST,
        "description": ColumnType.STRING,
        "created_at": ColumnType.DATE,
        "updated_at": ColumnType.DATE,
        "fetched_at": ColumnType.DATE,
        "file_type": ColumnType.STRING,
        "file_name": ColumnType.STRING,
        "size": ColumnType.LONG,
        "version": ColumnType.LONG,
        "view_count": ColumnType.LONG,
    }
)
"""The columns that every index has; the configuration's `fields` come on top."""


def column(name: str) -> str:
    """The tantivy field behind column `name`: a prefix keeps user fields apart from our own."""
    return f"column_{name}"


def passages_schema(columns: Mapping[str, ColumnType]) -> tantivy.Schema:
    """One entry per chunk.

    The document's id stands in it twice: as a term (to delete and restrict by) and as two unsigned
    halves, because only numbers can be read back from fast fields, 1,000 at a time.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("chunk", indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("document_high", fast=True)
    builder.add_unsigned_field("document_low", fast=True)
    builder.add_unsigned_field("access", indexed=True)
    for name in ("title", "headings", "body"):
        builder.add_text_field(name, tokenizer_name=WORDS)
    builder.add_text_field("whole", tokenizer_name=WHOLE, index_option="freq")
    _add_columns(builder, columns)
    return builder.build()


def documents_schema(columns: Mapping[str, ColumnType]) -> tantivy.Schema:
    """One entry per document, so that totals and facets count documents."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("document", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("access", indexed=True)
    builder.add_text_field("title", tokenizer_name=WORDS)
    builder.add_text_field("body", tokenizer_name=WORDS)
    builder.add_text_field("whole", tokenizer_name=WHOLE, index_option="freq")
    _add_columns(builder, columns)
    return builder.build()


def _add_columns(builder: tantivy.SchemaBuilder, columns: Mapping[str, ColumnType]) -> None:
    for name, column_type in columns.items():
        match column_type:
            case ColumnType.STRING | ColumnType.STRING_LIST:
                builder.add_text_field(column(name), fast=True, tokenizer_name="raw", index_option="basic")
            case ColumnType.DATE:
                builder.add_date_field(column(name), indexed=True, fast=True)
            case ColumnType.LONG:
                builder.add_integer_field(column(name), indexed=True, fast=True)
            case ColumnType.DOUBLE:
                builder.add_float_field(column(name), indexed=True, fast=True)
            case ColumnType.BOOLEAN:
                builder.add_boolean_field(column(name), indexed=True, fast=True)
