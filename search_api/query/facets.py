"""Facets: from JSON, or from the short form of an address, to the facets of retrieval.

``{"field": "connector", "size": 10, "sort": "count", "multi_select": true, "facets": [{"field": …}]}``, of
dates and numbers also ``"ranges": [{"from": …, "to": …}]`` or ``"interval": "year"`` (``auto``, ``month``).
Short: ``connector``, ``updated_at:year``, ``size:1000,50000`` (its ends), ``connector/department`` (within).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, cast

from indexer.retrieval.intervals import is_empty, overlapping
from indexer.retrieval.question import LARGEST_FACET, AutomaticRanges, Facet, Interval
from search_api.query.faults import invalid, nearest, parse_each, shown
from search_api.query.field_terms import RANGED
from search_api.query.fields import FieldCatalog
from search_api.query.limits import MAX_FACET_DEPTH, MAX_FACET_VALUES, MAX_FACETS, MAX_RANGES
from search_api.query.values import InvalidValueError, typed_value
from settings.fields import FieldType

_KEYS: Final = ("field", "size", "sort", "ranges", "interval", "facets", "multi_select")
_INTERVALS: Final[Mapping[FieldType, tuple[str, ...]]] = {
    FieldType.DATE: ("auto", "year", "month"),
    FieldType.LONG: ("auto",),
    FieldType.DOUBLE: ("auto",),
}
_NESTED_SIZE: Final = 20
"""How many values are listed of facets that stand within one another."""
_INTERVAL_SIZE: Final = 100


def parse_facets(
    asked: Sequence[object], fields: FieldCatalog, path: str = "facets", *, are_multi_select: bool = False
) -> tuple[Facet, ...]:
    """The facets that JSON asks for, each an object or a short form; raises `InvalidQuestionError` with a
    fault at each wrong place. Of an address all `are_multi_select`."""
    facets = _facets(asked, path, 1, fields, is_nested=False)
    if (values := _buckets(facets)) > MAX_FACET_VALUES:
        message = f"ask for up to {values:,} values; at most {MAX_FACET_VALUES:,} are counted: give a size"
        raise invalid(path, message)
    return tuple(
        replace(facet, is_multi_select=facet.is_multi_select or are_multi_select) for facet in facets
    )


def facet_schema(depth: int = 1) -> dict[str, Any]:
    """The JSON Schema of a facet."""
    bound = {"type": ["string", "number"], "description": "A number, or a date in ISO 8601."}
    properties: dict[str, Any] = {
        "field": {"type": "string"},
        "size": {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_FACET,
            "description": f"Values listed: {LARGEST_FACET} unless said; {_NESTED_SIZE} of facets within one "
            f"another; of years and months the last {_INTERVAL_SIZE}.",
        },
        "sort": {"enum": ["count", "value"], "default": "count"},
        "ranges": {
            "type": "array",
            "maxItems": MAX_RANGES,
            "description": "Dates or numbers from `from` up to, not including, `to`; none overlap.",
            "items": {
                "type": "object",
                "properties": {"from": bound, "to": bound},
                "additionalProperties": False,
            },
        },
        "interval": {"enum": list(_INTERVALS[FieldType.DATE]), "description": "Ranges made by themselves."},
        "multi_select": {
            "type": "boolean",
            "default": False,
            "description": "Count as if the filter said nothing of this field.",
        },
    }
    if depth < MAX_FACET_DEPTH:
        properties["facets"] = {"type": "array", "items": facet_schema(depth + 1)}
    written = {
        "type": "object",
        "properties": properties,
        "required": ["field"],
        "additionalProperties": False,
    }
    return {"anyOf": [{"type": "string", "description": "A field, or a short form."}, written]}


def _facets(
    asked: Sequence[object], path: str, depth: int, fields: FieldCatalog, *, is_nested: bool
) -> tuple[Facet, ...]:
    if depth > MAX_FACET_DEPTH:
        raise invalid(path, f"stand within one another at most {MAX_FACET_DEPTH} deep")
    if len(asked) > MAX_FACETS:
        raise invalid(path, f"are {len(asked):,}; at most {MAX_FACETS} can be asked")
    places = [(each, f"{path}[{index}]") for index, each in enumerate(asked)]
    facets = parse_each(lambda place: _facet(*place, depth, fields, is_nested=is_nested), places)
    unique = tuple(dict.fromkeys(facets))
    for one, other in pairwise(sorted(facet.field for facet in unique)):
        if one == other:
            raise invalid(path, f"count {one} twice, in different ways: the answer has one place for it")
    return unique


def _facet(value: object, path: str, depth: int, fields: FieldCatalog, *, is_nested: bool) -> Facet:
    if isinstance(value, str):
        value = _written_out(value)
    if not isinstance(value, dict):
        raise invalid(path, f'must be a field or an object such as {{"field": …}}, not {shown(value)}')
    if (wrong := next((key for key in value if key not in _KEYS), None)) is not None:
        raise invalid(path, f"{shown(wrong)}: there is no such field{nearest(str(wrong), _KEYS)}")
    name = _countable(value, path, fields)
    inner = value.get("facets", [])
    if not isinstance(inner, list):
        raise invalid(f"{path}.facets", f"must be a list, not {shown(inner)}")
    is_nested = is_nested or bool(inner)
    ranges = _ranges(value, name, fields[name].type, path)
    usual = _INTERVAL_SIZE if isinstance(ranges, str) else _NESTED_SIZE if is_nested else LARGEST_FACET
    return Facet(
        name,
        _size(value.get("size", usual), f"{path}.size"),
        _choice(value.get("sort", "count"), ("count", "value"), f"{path}.sort") == "value",
        ranges,
        _facets(inner, f"{path}.facets", depth + 1, fields, is_nested=True) if inner else (),
        _truth(value.get("multi_select", False), f"{path}.multi_select"),
    )


def _written_out(short: str) -> dict[str, object]:
    """The object that a short form stands for."""
    outer, _, inner = short.partition("/")
    name, _, rule = outer.partition(":")
    written: dict[str, object] = {"field": name}
    if rule[:1].isalpha():
        written["interval"] = rule
    elif rule:
        ends = [None, *rule.split(","), None]
        written["ranges"] = [
            {key: end for key, end in (("from", low), ("to", high)) if end is not None}
            for low, high in pairwise(ends)
        ]
    if inner:
        written["facets"] = [inner]
    return written


def _countable(value: Mapping[str, object], path: str, fields: FieldCatalog) -> str:
    name = value.get("field")
    if not isinstance(name, str):
        raise invalid(f"{path}.field", f"must be the name of a field, not {shown(name)}")
    if name not in fields:
        raise invalid(path, f"{shown(name)}: {fields.unknown(name)}")
    settings = fields[name]
    in_ranges = ("ranges" in value or "interval" in value) and settings.type in RANGED
    if not settings.facet and not (in_ranges and settings.sort):
        message = f"{name} cannot be counted; these can: {', '.join(fields.facets)}"
        raise invalid(path, f"{message}; and in ranges: {', '.join(fields.ranged)}")
    return name


def _ranges(
    value: Mapping[str, object], name: str, kind: FieldType, path: str
) -> tuple[Interval, ...] | AutomaticRanges | None:
    if "interval" in value and "ranges" in value:
        raise invalid(path, 'has either "ranges" or an "interval"')
    if ("interval" in value or "ranges" in value) and kind not in RANGED:
        raise invalid(path, f"{name} is a {kind} field: it has values, but no ranges")
    if "interval" in value:
        return cast(AutomaticRanges, _choice(value["interval"], _INTERVALS[kind], f"{path}.interval"))
    if "ranges" not in value:
        return None
    given, path = value["ranges"], f"{path}.ranges"
    if not isinstance(given, list) or not given:
        raise invalid(path, f'must be a list such as [{{"from": …, "to": …}}], not {shown(given)}')
    if len(given) > MAX_RANGES:
        raise invalid(path, f"are {len(given):,}; at most {MAX_RANGES} can be asked")
    places = [(each, f"{path}[{index}]") for index, each in enumerate(given)]
    intervals = tuple(parse_each(lambda place: _interval(kind, *place), places))
    if overlapping(intervals):
        raise invalid(path, "overlap: a value would be counted twice")
    return intervals


def _interval(kind: FieldType, value: object, path: str) -> Interval:
    if not isinstance(value, dict) or not value or set(value) - {"from", "to"}:
        raise invalid(path, f'must be an object with "from", "to" or both, not {shown(value)}')
    interval = Interval(*(_bound(kind, value.get(key), f"{path}.{key}") for key in ("from", "to")))
    if is_empty(interval):
        raise invalid(path, "is empty: `from` must lie before `to`")
    return interval


def _bound(kind: FieldType, value: object, path: str) -> float | datetime | None:
    if value is None:
        return None
    try:
        bound = typed_value(kind, value)
    except InvalidValueError as error:
        raise invalid(path, str(error)) from None
    assert isinstance(bound, int | float | datetime), "a field with ranges has such values alone"
    return bound


def _size(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_FACET:
        raise invalid(path, f"must be a whole number from 1 to {LARGEST_FACET:,}, not {shown(value)}")
    return value


def _choice(value: object, choices: Sequence[str], path: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise invalid(path, f"must be {' or '.join(choices)}, not {shown(value)}")
    return value


def _truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(path, f"must be true or false, not {shown(value)}")
    return value


def _buckets(facets: Sequence[Facet]) -> int:
    """The most values that may be counted: between ranges lie further ones."""
    total = 0
    for facet in facets:
        own = 2 * len(facet.ranges) + 1 if isinstance(facet.ranges, tuple) else facet.size
        total += own * (1 + _buckets(facet.facets))
    return total
