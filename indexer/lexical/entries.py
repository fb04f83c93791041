"""A document and its passages as tantivy entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, Self

import tantivy

from catalog.document import Document, FieldValue
from indexer.document_keys import id_halves
from indexer.lexical.analysis import words_analyzer
from indexer.lexical.block_languages import BlockLanguages
from indexer.lexical.characters import printable
from indexer.lexical.languages import ENGLISH, stemming_language
from indexer.lexical.schema import DOCUMENT_ORDER, STRINGS, column, indexable_date, stemmed_term, string_term
from indexer.lexical.storage import Description
from indexer.lexical.texts import PreparedText, exact_field
from settings.fields import FieldType


class PassageText(Protocol):
    """What the index reads of a chunk."""

    @property
    def text(self) -> str: ...

    @property
    def heading_path(self) -> tuple[str, ...]: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Column = tuple[Callable[[tantivy.Document, str, Any], None], str, Any]
"""How a value is added to an entry, to which field, and the value."""

_SMALLEST_LONG: Final = -(2**63)
_LARGEST_LONG: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Common:
    """What a document's entry and those of its passages share."""

    document: Document
    language: str
    title: PreparedText
    fields: PreparedText
    columns: tuple[Column, ...]
    strings: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, document: Document, description: Description) -> Self:
        """Of a document in any language."""
        language = stemming_language(document.language)
        return cls(
            document=document,
            language=language,
            title=PreparedText.of(document.title, language),
            fields=PreparedText.of(_searched_text(document, description), language),
            columns=tuple(_columns(document, description.columns)),
            strings=tuple(_strings(document, description.columns)),
        )

    def passage(self, chunk_id: int, body: PreparedText, headings: PreparedText) -> tantivy.Document:
        """The entry of one chunk."""
        entry = self._entry()
        entry.add_unsigned("chunk", chunk_id)
        entry.add_unsigned("document_low", id_halves(self.document.id)[1])
        _add_words(entry, "headings", [headings])
        _add_words(entry, "fields", [self.fields])
        _add_words(entry, "body", [body])
        entry.add_text("exact", exact_field((self.title, self.fields, headings, body)))
        return entry

    def whole(self, texts: Sequence[PreparedText]) -> tantivy.Document:
        """The entry of the document, whose headings and text are those of `texts`."""
        entry = self._entry()
        _add_words(entry, "body", [self.fields, *texts])
        entry.add_text("exact", exact_field((self.title, self.fields), names_of=texts))
        for name, value in self.strings:
            entry.add_text(column(name), value)
        for language in {self.language, *(text.language for text in texts)}:
            entry.add_text(STRINGS, stemmed_term(language))
        return entry

    def _entry(self) -> tantivy.Document:
        entry = tantivy.Document()
        entry.add_text("document", self.document.id)
        entry.add_unsigned(DOCUMENT_ORDER, id_halves(self.document.id)[0])
        entry.add_unsigned("access", self.document.access_id)
        _add_words(entry, "title", [self.title])
        for add, field, value in self.columns:
            add(entry, field, value)
        for name, string in self.strings:
            entry.add_text(STRINGS, string_term(name, string))
        return entry


def _add_words(entry: tantivy.Document, field: str, texts: Sequence[PreparedText]) -> None:
    """Each language's words by its own rules; English is analysed by the field itself, which costs less."""
    by_language: dict[str, list[str]] = {}
    for text in texts:
        by_language.setdefault(text.language, []).append(text.words)
    for language, several in by_language.items():
        words = "\n".join(several)
        if language == ENGLISH:
            entry.add_text(field, words)
        elif words:
            entry.add_pre_tokenized_text(field, words_analyzer(language).pre_tokenize(words))


def entries(
    document: Document,
    passages: Sequence[tuple[int, PassageText]],
    description: Description,
    bodies: Mapping[str, PreparedText],
) -> tuple[tantivy.Document, list[tantivy.Document]]:
    """The document's entry and those of its passages, which together hold all of its text.

    `bodies` has texts of passages that were made ready before.
    """
    common = _Common.of(document, description)
    texts = [bodies[passage.text] for _, passage in passages if passage.text in bodies]
    if len(texts) < len(passages):
        languages = BlockLanguages.of(document)
        texts = [
            PreparedText.of(passage.text, languages.between(passage.start, passage.end))
            for _, passage in passages
        ]
    paths: dict[tuple[str, ...], PreparedText] = {}
    made = []
    for (chunk_id, passage), body in zip(passages, texts, strict=True):
        path = tuple(heading for heading in passage.heading_path if heading != document.title)
        if path not in paths:
            paths[path] = PreparedText.of("\n".join(path), common.language)
        made.append(common.passage(chunk_id, body, paths[path]))
    if not passages:
        texts = [
            PreparedText.of(block.text, stemming_language(block.language or document.language))
            for block in document.blocks
        ]
    return common.whole([*paths.values(), *texts]), made


def column_values(document: Document) -> dict[str, FieldValue | None]:
    """Every column of a document: the mapped fields, and what the document itself knows."""
    return {
        "languages": document.language,  # where the document says nothing of further ones
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


def _columns(document: Document, columns: Mapping[str, FieldType]) -> Iterator[Column]:
    """The values of the columns that hold no strings."""
    values = column_values(document)
    for name, column_type in columns.items():
        value = values.get(name)
        if value is not None:
            yield from _column(column(name), column_type, value)


def _strings(document: Document, columns: Mapping[str, FieldType]) -> Iterator[tuple[str, str]]:
    """Each value of each string column, with the column's name."""
    values = column_values(document)
    for name, column_type in columns.items():
        match column_type, values.get(name):
            case ((FieldType.STRING | FieldType.STRING_LIST), str() as value):
                yield name, printable(value)
            case FieldType.STRING_LIST, tuple() as items:
                yield from ((name, printable(item)) for item in dict.fromkeys(items))


def _column(field: str, column_type: FieldType, value: FieldValue) -> Iterator[Column]:
    """A value of the column's type; one of another type (its field was declared otherwise when the
    document was fetched) stays out of the index, as it must never be compared wrongly."""
    match column_type, value:
        case FieldType.DATE, datetime():
            yield tantivy.Document.add_date, field, indexable_date(value)
        case FieldType.BOOLEAN, bool():
            yield tantivy.Document.add_boolean, field, value
        case ((FieldType.LONG | FieldType.DOUBLE), bool()):
            return
        case FieldType.LONG, int() if _SMALLEST_LONG <= value <= _LARGEST_LONG:
            yield tantivy.Document.add_integer, field, value
        case FieldType.DOUBLE, int() | float():
            yield tantivy.Document.add_float, field, float(value)
