"""The JSON Schema of `connectors.yaml`, by which editors complete and check it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

from pydantic.json_schema import GenerateJsonSchema

from settings.configuration import Settings
from settings.descriptions import key_descriptions
from settings.keys import section_keys
from settings.section import Section

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_NO_SIMPLE_DEFAULT: Final = frozenset({"access"})


def json_schema() -> dict[str, Any]:
    """All keys with their descriptions, types, choices, defaults and examples; unknown keys are errors."""
    schema = Settings.model_json_schema(schema_generator=_Generator)
    definitions = schema["$defs"]
    for section in sections(Settings):
        definition = schema if section is Settings else definitions[section.__name__]
        _describe(definition["properties"], section)
    connector = definitions["ConnectorSettings"]
    connector["anyOf"] = [{"required": [key]} for key in ("seeds", "seeds_file", "sitemaps")]
    return {"$schema": DIALECT, **schema, "title": "connectors.yaml"}


def sections(root: type[Section]) -> tuple[type[Section], ...]:
    """A section and all those inside it, each once, in the order of the file."""
    found: dict[type[Section], None] = {root: None}
    for field in root.model_fields.values():
        for inner in _inner(field.annotation):
            found |= dict.fromkeys(sections(inner))
    return tuple(found)


def _inner(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _inner(argument)


def _describe(properties: dict[str, dict[str, Any]], section: type[Section]) -> None:
    """Add descriptions; write defaults as people do (`50MB`), and none where the key opens a section."""
    texts = key_descriptions(section)
    defaults = section.model_construct().model_dump(mode="json")
    for key, attribute in section_keys(section).items():
        schema = properties[key]
        schema["description"] = texts[attribute]
        if isinstance(schema.pop("default", {}), dict) or attribute in _NO_SIMPLE_DEFAULT:
            continue
        schema["default"] = defaults[attribute]


class _Generator(GenerateJsonSchema):
    """pydantic's, without a title for each key: editors would show it instead of the description."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False
