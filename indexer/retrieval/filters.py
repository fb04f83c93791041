"""The filter grammar compiled to tantivy queries over the typed columns of either index."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import tantivy
from tantivy import Occur, Query

from catalog.document import FieldValue
from indexer.lexical.characters import printable
from indexer.lexical.queries import any_of
from indexer.lexical.reader import SortValue
from indexer.lexical.schema import STRINGS, column, indexable_date, string_term
from indexer.retrieval.intervals import from_epoch_nanoseconds
from indexer.retrieval.question import AllOf, AnyOf, Comparison, Facet, Filter, Not, Phrase, Site, Words
from settings.fields import FieldType

Scalar = str | int | float | bool | datetime

_RANGE_TYPES: Final = {
    FieldType.LONG: tantivy.FieldType.Integer,
    FieldType.DOUBLE: tantivy.FieldType.Float,
    FieldType.DATE: tantivy.FieldType.Date,
}
_LIST_OPERATORS: Final = frozenset({"in", "contains_any", "contains_all"})
_RANGE_OPERATORS: Final = frozenset({"gt", "gte", "lt", "lte"})
_OPERATORS: Final = _LIST_OPERATORS | _RANGE_OPERATORS | {"eq", "prefix"}


class InvalidFilterError(ValueError):
    """The filter, facet or sort cannot be carried out; the message names the field and what would do."""


def compile_filter(
    part: Filter,
    schema: tantivy.Schema,
    columns: Mapping[str, FieldType],
    holds: Callable[[Words | Phrase], Query],
) -> Query:
    """`part` as a query; raises `InvalidFilterError` for an unknown field, operator or value.

    `holds` makes a query of what documents must hold. A document without a value satisfies no comparison,
    and so the negation of every one. Dates compare to the second.
    """
    match part:
        case AllOf(parts):
            compiled = [(Occur.Must, compile_filter(each, schema, columns, holds)) for each in parts]
            return Query.boolean_query([(Occur.Must, Query.all_query()), *compiled])
        case AnyOf(parts):
            return any_of([compile_filter(each, schema, columns, holds) for each in parts])
        case Not(inner):
            excluded = compile_filter(inner, schema, columns, holds)
            return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, excluded)])
        case Words() | Phrase():
            return holds(part)
        case Site():
            return _of_site(part, schema)
        case Comparison():
            return _comparison(part, schema, known_column(part.field, columns))


def without_texts(part: Filter) -> Filter | None:
    """What of `part` can be said of a passage by its document's columns alone: the conditions that all must
    hold, without those on the text, which may be spread over several passages."""
    match part:
        case AllOf(parts):
            kept = tuple(each for each in map(without_texts, parts) if each is not None)
            return AllOf(kept) if kept else None
        case _:
            return None if _holds_text(part) else part


def _holds_text(part: Filter) -> bool:
    match part:
        case AllOf(parts) | AnyOf(parts):
            return any(map(_holds_text, parts))
        case Not(inner):
            return _holds_text(inner)
        case Words() | Phrase():
            return True
        case Site() | Comparison():
            return False


def demands_words(part: Filter) -> bool:
    """Whether `part` says of a document's text, not of its title alone, what must or must not stand there."""
    match part:
        case AllOf(parts) | AnyOf(parts):
            return any(map(demands_words, parts))
        case Not(inner):
            return demands_words(inner)
        case Words():
            return not part.in_title
        case Phrase():
            return True
        case Site() | Comparison():
            return False


def without_field(part: Filter | None, name: str) -> Filter | None:
    """`part` without those of the conditions which must all hold that are about field `name` alone."""
    match part:
        case None:
            return None
        case AllOf(parts):
            kept = tuple(each for each in (without_field(each, name) for each in parts) if each is not None)
            return AllOf(kept) if kept else None
        case _:
            return None if _is_about(part, name) else part


def _is_about(part: Filter, name: str) -> bool:
    match part:
        case AllOf(parts) | AnyOf(parts):
            return all(_is_about(each, name) for each in parts)
        case Not(inner):
            return _is_about(inner, name)
        case Comparison():
            return part.field == name
        case Words() | Phrase() | Site():
            return False


def _of_site(site: Site, schema: tantivy.Schema) -> Query:
    port = "" if ":" in site.host else "(:[0-9]+)?"
    rest = f"{re.escape(site.path)}(.|\n)*" if site.path else "([/?#](.|\n)*)?"
    pattern = f"https?://([^/?#]*\\.)?{re.escape(site.host)}{port}{rest}"
    return Query.regex_query(schema, STRINGS, re.escape(string_term("url", "")) + pattern)


def known_column(name: str, columns: Mapping[str, FieldType]) -> FieldType:
    """The type of column `name`; raises `InvalidFilterError` when the index has none of that name."""
    if name not in columns:
        raise InvalidFilterError(f"there is no field {name!r}; there are {', '.join(sorted(columns))}")
    return columns[name]


def check_facet(facet: Facet, columns: Mapping[str, FieldType]) -> None:
    """Raise `InvalidFilterError` when a facet, or one within it, names no column, or ranges of one that has
    none."""
    kind = known_column(facet.field, columns)
    if facet.ranges is not None and kind not in _RANGE_TYPES:
        raise InvalidFilterError(f"{facet.field} is a {kind} field: it has values, but no ranges")
    for inner in facet.facets:
        check_facet(inner, columns)


def check_single(name: str, columns: Mapping[str, FieldType]) -> None:
    """Raise `InvalidFilterError` when `name` is no column with a single value per document."""
    if known_column(name, columns) is FieldType.STRING_LIST:
        raise InvalidFilterError(
            f"{name!r} has several values per document: results cannot be sorted or collapsed by it"
        )


def equal_to(name: str, value: SortValue, schema: tantivy.Schema, column_type: FieldType) -> Query:
    """The documents whose column `name` has a value as `LexicalSnapshot.documents` tells it."""
    if column_type is FieldType.DATE and not isinstance(value, str):
        return _equal(name, from_epoch_nanoseconds(value), schema)
    return _equal(name, value, schema)


def _comparison(part: Comparison, schema: tantivy.Schema, column_type: FieldType) -> Query:
    operator = part.operator
    if operator not in _OPERATORS:
        raise InvalidFilterError(f"{part.field}: there is no operator {operator!r}")
    if operator in _LIST_OPERATORS:
        items = part.value if isinstance(part.value, tuple) else (part.value,)
        values = [_value(part.field, item, column_type) for item in items]
        if operator == "contains_all":
            terms = [(Occur.Must, _equal(part.field, value, schema)) for value in values]
            return Query.boolean_query([(Occur.Must, Query.all_query()), *terms])
        return any_of([_equal(part.field, value, schema) for value in values])
    if isinstance(part.value, tuple):
        raise InvalidFilterError(f"{part.field}: {operator!r} compares with one value, not with a list")
    value = _value(part.field, part.value, column_type)
    if operator in _RANGE_OPERATORS:
        return _range(part.field, operator, value, schema, column_type)
    if operator == "eq":
        return _equal(part.field, value, schema)
    if not isinstance(value, str):
        raise InvalidFilterError(f"{part.field}: 'prefix' needs a string field; this one is {column_type}")
    return Query.regex_query(schema, STRINGS, re.escape(string_term(part.field, value)) + "(.|\n)*")


def _equal(name: str, value: Scalar, schema: tantivy.Schema) -> Query:
    if isinstance(value, str):
        return Query.term_query(schema, STRINGS, string_term(name, value))
    return Query.term_query(schema, column(name), value)


def _range(name: str, operator: str, value: Scalar, schema: tantivy.Schema, column_type: FieldType) -> Query:
    bound_type = _RANGE_TYPES.get(column_type)
    if bound_type is None or isinstance(value, str):
        raise InvalidFilterError(
            f"{name}: {operator!r} needs a date, long or double field; this one is {column_type}"
        )
    inclusive = operator.endswith("e")
    if operator.startswith("g"):
        return Query.range_query(schema, column(name), bound_type, value, None, include_lower=inclusive)
    return Query.range_query(schema, column(name), bound_type, None, value, include_upper=inclusive)


def _value(name: str, value: FieldValue, column_type: FieldType) -> Scalar:
    """`value` as the column holds it; raises `InvalidFilterError` when it is of another type."""
    match column_type, value:
        case ((FieldType.STRING | FieldType.STRING_LIST), str()):
            return printable(value)
        case FieldType.DATE, datetime() if value.tzinfo is not None:
            return indexable_date(value)
        case FieldType.BOOLEAN, bool():
            return value
        case ((FieldType.LONG | FieldType.DOUBLE), bool()):
            pass
        case FieldType.LONG, int() if -(2**63) <= value < 2**63:
            return value
        case FieldType.DOUBLE, int() | float():
            return float(value)
    raise InvalidFilterError(f"{name} is a {column_type} field: {value!r} cannot be compared with it")
