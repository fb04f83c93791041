"""A document and its passages as tantivy entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

import tantivy

from catalog.document import Document, FieldValue
from indexer.lexical.queries import printable
from indexer.lexical.schema import column, indexable_date
from indexer.lexical.storage import Description
from settings.fields import FieldType


class PassageText(Protocol):
    """What the index reads of a chunk."""

    @property
    def text(self) -> str: ...

    @property
    def heading_path(self) -> tuple[str, ...]: ...


_SMALLEST_LONG: Final = -(2**63)
_LARGEST_LONG: Final = 2**63 - 1


def passage_entry(
    document: Document, chunk_id: int, passage: PassageText, description: Description
) -> tantivy.Document:
    """The entry of one chunk."""
    entry = tantivy.Document()
    entry.add_unsigned("chunk", chunk_id)
    entry.add_text("document", document.id)
    high, low = id_halves(document.id)
    entry.add_unsigned("document_high", high)
    entry.add_unsigned("document_low", low)
    entry.add_unsigned("access", document.access_id)
    title = printable(document.title)
    headings = printable("\n".join(heading for heading in passage.heading_path if heading != document.title))
    body = printable(passage.text)
    entry.add_text("title", title)
    entry.add_text("headings", headings)
    entry.add_text("body", body)
    fields = _searched_text(document, description)
    entry.add_text("fields", fields)
    entry.add_text("whole", f"{title}\n{headings}\n{body}\n{fields}")
    _add_columns(entry, document, description.columns)
    return entry


def document_entry(document: Document, description: Description) -> tantivy.Document:
    """The entry of a document, over its whole text."""
    entry = tantivy.Document()
    entry.add_text("document", document.id)
    entry.add_unsigned("access", document.access_id)
    title = printable(document.title)
    body = printable("\n".join(block.text for block in document.blocks))
    entry.add_text("title", title)
    entry.add_text("body", body)
    fields = _searched_text(document, description)
    entry.add_text("fields", fields)
    entry.add_text("whole", f"{title}\n{body}\n{fields}")
    _add_columns(entry, document, description.columns)
    return entry


def id_halves(document_id: str) -> tuple[int, int]:
    """A document's id (32 hex digits) as two unsigned 64-bit numbers."""
    number = int(document_id, 16)
    return number >> 64, number & (2**64 - 1)


def joined_id(high: int, low: int) -> str:
    """The inverse of `id_halves`."""
    return f"{high:016x}{low:016x}"


def column_values(document: Document) -> dict[str, FieldValue | None]:
    """Every column of a document: the mapped fields, and what the document itself knows."""
    return {
        **document.fields,
        "connector": document.connector,
        "kind": document.kind.value,
        "language": document.language,
        "title": document.title,
        "url": document.url,
        "fetched_at": document.fetched_at,
    }


def _searched_text(document: Document, description: Description) -> str:
    """The values of the fields whose words are found."""
    values = (document.fields.get(name) for name in description.searched)
    texts = ("\n".join(value) if isinstance(value, tuple) else value for value in values)
    return printable("\n".join(text for text in texts if isinstance(text, str)))


def _add_columns(entry: tantivy.Document, document: Document, columns: Mapping[str, FieldType]) -> None:
    values = column_values(document)
    for name, column_type in columns.items():
        value = values.get(name)
        if value is not None:
            _add_column(entry, column(name), column_type, value)


def _add_column(entry: tantivy.Document, field: str, column_type: FieldType, value: FieldValue) -> None:
    """Add a value of the column's type; one of another type (its field was declared otherwise when the
    document was fetched) stays out of the index, as it must never be compared wrongly."""
    match column_type, value:
        case FieldType.STRING, str():
            entry.add_text(field, printable(value))
        case FieldType.STRING_LIST, str():
            entry.add_text(field, printable(value))
        case FieldType.STRING_LIST, tuple():
            for item in dict.fromkeys(value):
                entry.add_text(field, printable(item))
        case FieldType.DATE, datetime():
            entry.add_date(field, indexable_date(value))
        case FieldType.BOOLEAN, bool():
            entry.add_boolean(field, value)
        case ((FieldType.LONG | FieldType.DOUBLE), bool()):
            return
        case FieldType.LONG, int() if _SMALLEST_LONG <= value <= _LARGEST_LONG:
            entry.add_integer(field, value)
        case FieldType.DOUBLE, int() | float():
            entry.add_float(field, float(value))


def entries(
    document: Document,
    passages: Sequence[tuple[int, PassageText]],
    description: Description,
) -> tuple[tantivy.Document, list[tantivy.Document]]:
    """The document's entry and those of its passages."""
    return document_entry(document, description), [
        passage_entry(document, chunk_id, passage, description) for chunk_id, passage in passages
    ]
