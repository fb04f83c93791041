"""Which keys may stand at a place of the configuration, read from the models."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from settings.section import Section
from settings.yaml_document import KeyPath


def valid_keys(root: type[Section], path: KeyPath, data: object) -> tuple[str, ...]:
    """The keys of the mapping at this path; where it comes in several shapes, its `type` decides."""
    annotations: list[Any] = [root]
    for segment in path:
        data = _item(data, segment)
        annotations = [inner for outer in annotations for inner in _step(outer, segment)]
    sections = [section for annotation in annotations for section in _sections(annotation)]
    kind = data.get("type") if isinstance(data, dict) else None
    chosen = [section for section in sections if kind in _types(section)] or sections
    return tuple(dict.fromkeys(key for section in chosen for key in section_keys(section)))


def section_keys(section: type[Section]) -> dict[str, str]:
    """Each key of a section and the attribute that holds it."""
    return {field.alias or name: name for name, field in section.model_fields.items()}


def _item(data: object, segment: str | int) -> object:
    if isinstance(data, dict):
        return data.get(segment)
    if isinstance(data, list) and isinstance(segment, int):
        return data[segment] if segment < len(data) else None
    return None


def _step(annotation: Any, segment: str | int) -> Iterator[Any]:
    """What may stand under a key or an index of an annotation."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _step(arguments[0], segment)
    elif origin in (Union, types.UnionType):
        for member in arguments:
            yield from _step(member, segment)
    elif origin is tuple:
        # One entry may be written without its list.
        yield from [arguments[0]] if isinstance(segment, int) else _step(arguments[0], segment)
    elif origin is Mapping:
        yield arguments[1]
    elif isinstance(annotation, type) and issubclass(annotation, Section):
        name = section_keys(annotation).get(str(segment))
        if name is not None:
            yield annotation.model_fields[name].annotation


def _sections(annotation: Any) -> Iterator[type[Section]]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Annotated, tuple):
        yield from _sections(arguments[0])
    elif origin in (Union, types.UnionType):
        for member in arguments:
            yield from _sections(member)
    elif isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation


def _types(section: type[Section]) -> tuple[Any, ...]:
    field = section.model_fields.get("type")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
