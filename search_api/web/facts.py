"""A document's fields as they stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from catalog.document import FieldValue
from search_api.web.labels import day_of, label_of, value_label
from search_api.web.text import clean
from settings.fields import BUILT_IN_FIELDS, FieldType

_FACTS: Final = 4
_BUILT_IN_FACTS: Final = ("updated_at", "file_type", "category", "authors")
_USUAL_TYPE: Final = "html"
_NOT_SHOWN: Final = {*BUILT_IN_FIELDS} - {*_BUILT_IN_FACTS}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of a document; `machine` is the date for a `<time>` element."""

    label: str
    text: str
    machine: str | None = None


def facts_of(fields: Mapping[str, FieldValue]) -> tuple[Fact, ...]:
    """The few fields that help to choose between results: built-in ones first, then the company's own."""
    own = [name for name in fields if name not in _BUILT_IN_FACTS and name not in _NOT_SHOWN]
    names = [name for name in (*_BUILT_IN_FACTS, *own) if name in fields and fields[name] != _USUAL_TYPE]
    facts = [fact_of(name, fields[name]) for name in names]
    return tuple(fact for fact in facts if fact.text)[:_FACTS]


def fact_of(name: str, value: FieldValue) -> Fact:
    """A field as people read it."""
    match value:
        case datetime():
            return Fact(label_of(name), day_of(value), value.date().isoformat())
        case bool():
            return Fact(label_of(name), "yes" if value else "no")
        case tuple():
            return Fact(
                label_of(name), ", ".join(value_label(name, FieldType.STRING, each) for each in value[:3])
            )
        case int() | float():
            return Fact(label_of(name), f"{value:,}")
        case _:
            return Fact(label_of(name), value_label(name, FieldType.STRING, value) if clean(value) else "")
