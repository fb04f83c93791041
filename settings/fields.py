"""`fields`: the index fields, your own and those that are always there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from settings.section import Section


class FieldType(StrEnum):
    """The type of a field's values."""

    STRING = "string"
    STRING_LIST = "string_list"
    DATE = "date"
    LONG = "long"
    DOUBLE = "double"
    BOOLEAN = "boolean"


class FieldSettings(Section):
    """One field of the index."""

    type: FieldType
    """The type of its values; a value that does not fit is reported, never indexed wrongly."""
    facet: bool = False
    """Its values are counted beside the results and can be chosen as a filter there."""
    search: bool = False
    """Words in it are found."""
    sort: bool = False
    """Results can be sorted by it."""
    display: bool = True
    """It is shown with a result."""


BUILT_IN_FIELDS: Final[Mapping[str, FieldSettings]] = {
    "title": FieldSettings(type=FieldType.STRING, search=True, sort=True),
    "url": FieldSettings(type=FieldType.STRING),
    "connector": FieldSettings(type=FieldType.STRING, facet=True),
    "category": FieldSettings(type=FieldType.STRING, facet=True),
    "authors": FieldSettings(type=FieldType.STRING_LIST, facet=True, search=True),
    "description": FieldSettings(type=FieldType.STRING, search=True),
    "created_at": FieldSettings(type=FieldType.DATE, sort=True),
    "updated_at": FieldSettings(type=FieldType.DATE, sort=True),
    "language": FieldSettings(type=FieldType.STRING, facet=True),
    "languages": FieldSettings(type=FieldType.STRING_LIST, facet=True),
    "file_type": FieldSettings(type=FieldType.STRING, facet=True),
    "file_name": FieldSettings(type=FieldType.STRING, search=True),
    "size": FieldSettings(type=FieldType.LONG, sort=True),
    "version": FieldSettings(type=FieldType.STRING),
    "view_count": FieldSettings(type=FieldType.LONG, sort=True),
}
"""The fields that are always there. An entry of the same name in `fields` may change the flags only."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


def _field_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be a name of lower-case letters, digits and underscores, a letter first")
    return name


FieldName = Annotated[
    str, AfterValidator(_field_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})
]


def _with_built_in(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    own = {
        name: {**BUILT_IN_FIELDS[name].model_dump(), **entry}
        if name in BUILT_IN_FIELDS and isinstance(entry, dict)
        else entry
        for name, entry in value.items()
    }
    return {**BUILT_IN_FIELDS, **own}


Fields = Annotated[Mapping[FieldName, FieldSettings], BeforeValidator(_with_built_in)]
"""Your own fields and the built-in ones, by name."""
