"""The filter grammar: from JSON, or from `f.FIELD=value` of an address, to the filters of retrieval.

``{"and": […]}``, ``{"or": […]}``, ``{"not": …}``,
``{"field": "department", "eq"|"in"|"gt"|"gte"|"lt"|"lte"|"prefix"|"contains_any"|"contains_all": value}``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from catalog.document import FieldValue
from indexer.lexical.queries import LONGEST_BEGINNING
from indexer.retrieval.question import AllOf, AnyOf, Comparison, Filter, Not, Phrase, Site, Words
from search_api.query.faults import Fault, InvalidQuestionError, invalid, nearest, parse_each, shown
from search_api.query.field_terms import RANGED, field_condition, is_range
from search_api.query.fields import FieldCatalog
from search_api.query.limits import MAX_COMPARISONS, MAX_FILTER_DEPTH, MAX_VALUES
from search_api.query.values import InvalidValueError, typed_value
from settings.fields import FieldType

_RANGES: Final = ("gt", "gte", "lt", "lte")
_LISTS: Final = ("in", "contains_any", "contains_all")
_OPERATORS: Final = ("eq", "in", *_RANGES, "prefix", "contains_any", "contains_all")
_JUNCTIONS: Final = ("and", "or", "not")
_ALLOWED: Final[Mapping[FieldType, tuple[str, ...]]] = {
    FieldType.STRING: ("eq", "in", "prefix"),
    FieldType.STRING_LIST: ("eq", "in", "contains_any", "contains_all"),
    FieldType.DATE: ("eq", "in", *_RANGES),
    FieldType.LONG: ("eq", "in", *_RANGES),
    FieldType.DOUBLE: ("eq", "in", *_RANGES),
    FieldType.BOOLEAN: ("eq", "in"),
}


def parse_filter(value: object, fields: FieldCatalog) -> Filter:
    """The filter that the JSON `value` says; raises `InvalidQuestionError` with a fault at each wrong place.

    `eq` and `in` on a list of strings ask whether the list holds the value, or one of the values.
    """
    parsed = _node(value, "filter", 1, fields)
    if (count := _comparisons(parsed)) > MAX_COMPARISONS:
        raise invalid("filter", f"holds {count:,} comparisons; at most {MAX_COMPARISONS} can be asked")
    return parsed


def filter_of_parameters(selected: Iterable[tuple[str, str]], fields: FieldCatalog) -> Filter | None:
    """The filter of an address: several values of one field mean any of them, several fields all of them.

    `selected` holds names of fields, without their `f.`, and values, in order of appearance.
    """
    values: dict[str, list[str]] = {}
    for name, value in selected:
        values.setdefault(name, []).append(value)
    if sum(map(len, values.values())) > MAX_COMPARISONS:
        raise invalid("f", f"at most {MAX_COMPARISONS} values may be selected")
    parts = parse_each(lambda entry: _selection(*entry, fields), values.items())
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else None


def _selection(name: str, chosen: list[str], fields: FieldCatalog) -> Filter:
    """One field of an address; its faults name the parameter, which has no inner places.

    What is no single number or date may be a range as in a query: that is how facets name ranges.
    """
    try:
        if name in fields and fields[name].type in RANGED and any(map(is_range, chosen)):
            parts = parse_each(lambda value: _number_or_range(name, value, fields), chosen)
            return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))
        return _comparison({"field": name, "in": chosen}, "f", fields)
    except InvalidQuestionError as error:
        parameter = f"f.{shown(name)[1:-1]}"
        raise InvalidQuestionError([Fault(parameter, fault.message) for fault in error.faults]) from None


def _number_or_range(name: str, value: str, fields: FieldCatalog) -> Filter:
    if not is_range(value):
        return _comparison({"field": name, "eq": value}, "f", fields)
    found = field_condition(name, value, fields)
    if found is None:
        raise invalid("f", f"must be a value or a range such as [2 TO 5}}, not {shown(value)}")
    return found


def _node(value: object, path: str, depth: int, fields: FieldCatalog) -> Filter:
    if depth > MAX_FILTER_DEPTH:
        raise invalid(path, f"is nested more than {MAX_FILTER_DEPTH} levels deep")
    if not isinstance(value, dict):
        raise invalid(path, f'must be an object such as {{"field": …, "eq": …}}, not {shown(value)}')
    junctions = [key for key in _JUNCTIONS if key in value]
    if not junctions:
        return _comparison(value, path, fields)
    if len(value) > 1:
        raise invalid(path, f'"{junctions[0]}" stands alone in its object')
    name, inner = junctions[0], f"{path}.{junctions[0]}"
    if name == "not":
        return Not(_node(value[name], inner, depth + 1, fields))
    parts = _list_of(value[name], "filter", MAX_COMPARISONS, inner)
    places = [(part, f"{inner}[{index}]") for index, part in enumerate(parts)]
    found = tuple(parse_each(lambda place: _node(place[0], place[1], depth + 1, fields), places))
    return AllOf(found) if name == "and" else AnyOf(found)


def _comparison(value: Mapping[str, object], path: str, fields: FieldCatalog) -> Filter:
    name = value.get("field")
    if name is None:
        raise invalid(path, 'needs a "field", or one of "and", "or", "not"')
    if not isinstance(name, str):
        raise invalid(f"{path}.field", f"must be the name of a field, not {shown(name)}")
    if name not in fields:
        raise invalid(f"{path}.field", f"{shown(name)}: {fields.unknown(name)}")
    operator, kind = _operator(value, path), fields[name].type
    allowed = _ALLOWED[kind]
    if operator not in allowed:
        message = f"{name} is a {kind} field; it can be asked with {', '.join(allowed)}"
        raise invalid(f"{path}.{operator}", message)
    return _compare(name, kind, operator, value[operator], f"{path}.{operator}")


def _operator(value: Mapping[str, object], path: str) -> str:
    keys = [key for key in value if key != "field"]
    wrong = next((key for key in keys if key not in _OPERATORS), None)
    if wrong is not None:
        raise invalid(path, f"{shown(wrong)} is no operator{nearest(wrong, _OPERATORS)}")
    if len(keys) != 1:
        raise invalid(path, f"needs exactly one operator of {', '.join(_OPERATORS)}")
    return keys[0]


def _compare(name: str, kind: FieldType, operator: str, value: object, path: str) -> Filter:
    """Lists of retrieval hold text alone: `in` on another kind is written out."""
    if operator in _LISTS:
        given = _list_of(value, "value", MAX_VALUES, path)
        places = [(item, f"{path}[{index}]") for index, item in enumerate(given)]
    else:
        places = [(value, path)]
    values = parse_each(lambda place: _value(kind, *place), places)
    if kind is FieldType.STRING_LIST:
        return Comparison(
            name, "contains_all" if operator == "contains_all" else "contains_any", _texts(values)
        )
    if operator == "prefix" and len(str(values[0])) > LONGEST_BEGINNING:
        raise invalid(path, f"is longer than the {LONGEST_BEGINNING} characters that can be looked for")
    if operator != "in":
        return Comparison(name, operator, values[0])
    if len(values) == 1:
        return Comparison(name, "eq", values[0])
    if kind is FieldType.STRING:
        return Comparison(name, "in", _texts(values))
    return AnyOf(tuple(Comparison(name, "eq", each) for each in values))


def _value(kind: FieldType, value: object, path: str) -> FieldValue:
    try:
        return typed_value(kind, value)
    except InvalidValueError as error:
        raise invalid(path, str(error)) from None


def _list_of(value: object, what: str, most: int, path: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise invalid(path, f"must be a list of at least one {what}, not {shown(value)}")
    if len(value) > most:
        raise invalid(path, f"holds {len(value):,} {what}s; at most {most:,} can be asked")
    return value


def _comparisons(node: Filter) -> int:
    match node:
        case Comparison() | Words() | Phrase() | Site():
            return 1
        case Not(part):
            return _comparisons(part)
        case AllOf(parts) | AnyOf(parts):
            return sum(map(_comparisons, parts))


def _texts(values: Sequence[FieldValue]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
