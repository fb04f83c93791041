"""In which order results stand, and which are collapsed to one: from JSON or an address.

``"sort": "-updated_at,title"`` or a list of keys, ``-`` for descending; ``"collapse": "product"`` or
``{"field": "product", "size": 3}``.
"""

from __future__ import annotations

from typing import Any, Final

from indexer.retrieval.question import RELEVANCE, Collapse, SortKey
from search_api.query.faults import invalid, parse_each, shown
from search_api.query.fields import FieldCatalog
from search_api.query.limits import MAX_COLLAPSED, MAX_SORT_KEYS
from settings.fields import FieldType

_COLLAPSED: Final = 3
_BEST_FIRST: Final = (RELEVANCE, "relevance")

SORT_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "maxItems": MAX_SORT_KEYS},
        {"type": "null"},
    ]
}
COLLAPSE_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "field": {"type": "string"},
                "size": {"type": "integer", "minimum": 0, "maximum": MAX_COLLAPSED, "default": _COLLAPSED},
            },
            "required": ["field"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ]
}


def parse_sort(value: object, fields: FieldCatalog) -> tuple[SortKey, ...]:
    """The keys, most important first; none: by relevance. Raises `InvalidQuestionError`."""
    given = value.split(",") if isinstance(value, str) else [] if value is None else value
    if not isinstance(given, list):
        raise invalid("sort", f"must be a field or a list of fields, not {shown(value)}")
    named = [each for each in given if each != ""]
    if len(named) > MAX_SORT_KEYS:
        raise invalid("sort", f"has {len(named):,} keys; at most {MAX_SORT_KEYS} can be used")
    keys = tuple(parse_each(lambda name: _key(name, fields), named))
    names = [key.field for key in keys]
    if len(set(names)) < len(names):
        raise invalid("sort", "names a field twice")
    return () if names == [RELEVANCE] else keys


def parse_collapse(value: object, fields: FieldCatalog) -> Collapse | None:
    """Raises `InvalidQuestionError`."""
    if value is None:
        return None
    asked = {"field": value} if isinstance(value, str) else value
    if (
        not isinstance(asked, dict)
        or not isinstance(asked.get("field"), str)
        or set(asked) - {"field", "size"}
    ):
        message = f'must be a field or an object such as {{"field": …, "size": 3}}, not {shown(value)}'
        raise invalid("collapse", message)
    name, size = asked["field"], asked.get("size", _COLLAPSED)
    if name not in fields:
        raise invalid("collapse", f"{shown(name)}: {fields.unknown(name)}")
    if fields[name].type is not FieldType.STRING:
        message = f"{name} is a {fields[name].type} field; results collapse by a string field"
        raise invalid("collapse", message)
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MAX_COLLAPSED:
        raise invalid("collapse.size", f"must be a whole number from 0 to {MAX_COLLAPSED}, not {shown(size)}")
    return Collapse(name, size)


def _key(name: object, fields: FieldCatalog) -> SortKey:
    if not isinstance(name, str):
        raise invalid("sort", f"must name fields, not {shown(name)}")
    if name in _BEST_FIRST:
        return SortKey(RELEVANCE)
    field = name.removeprefix("-")
    if field in _BEST_FIRST:
        raise invalid("sort", f"{field} puts the best first; it cannot be turned round")
    if field not in fields:
        raise invalid("sort", f"{shown(field)}: {fields.unknown(field)}")
    if not fields[field].sort:
        raise invalid(
            "sort", f"results cannot be ordered by {field}; these can be used: {', '.join(fields.sorts)}"
        )
    return SortKey(field, name.startswith("-"))
