"""What a connector says about reading: content selectors and field mappings, compiled once, picklable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from settings.fields import BUILT_IN_FIELDS, FieldSettings, FieldType
from settings.mapping import AppliesTo

if TYPE_CHECKING:  # a parser process needs the rules alone, not the models they are made from
    from settings.connector import ConnectorSettings


EXTRACTION_VERSION: Final = 6
"""Raised whenever the same bytes are read differently: the next sync then reads every page anew."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: its kind (`meta`, `css`, `file` …) and what follows the colon."""

    kind: str
    argument: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One entry of `field_mappings` with the type of its field."""

    field: str
    sources: tuple[Source, ...]
    type: FieldType
    format: str | None = None
    split: str | None = None
    applies_to: AppliesTo = AppliesTo.BOTH


@dataclass(frozen=True, slots=True)
class Selectors:
    """Selectors of one purpose by their language, in the order of the configuration."""

    css: tuple[str, ...] = ()
    xpath: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.css or self.xpath)


@dataclass(frozen=True, slots=True)
class ExtractionRules:
    """How the pages and files of one connector are read; the default reads by itself and maps nothing.

    With `ocr` text is looked for in pictures and on scanned pages too.
    """

    include: Selectors = Selectors()
    exclude: Selectors = Selectors()
    mappings: tuple[FieldRule, ...] = ()
    ocr: bool = False


DEFAULT_RULES = ExtractionRules()


def compile_rules(connector: ConnectorSettings, fields: Mapping[str, FieldSettings]) -> ExtractionRules:
    """The rules of a connector; `fields` are the index's own fields and the built-in ones."""
    types = {name: field.type for name, field in (*BUILT_IN_FIELDS.items(), *fields.items())}
    return ExtractionRules(
        include=_selectors(connector.content.include),
        exclude=_selectors(connector.content.exclude),
        mappings=tuple(
            FieldRule(
                field=mapping.field,
                sources=tuple(_source(source) for source in mapping.sources),
                type=types[mapping.field],
                format=mapping.format,
                split=mapping.split,
                applies_to=mapping.applies_to,
            )
            for mapping in connector.field_mappings
        ),
        ocr=connector.ocr,
    )


def _selectors(selectors: tuple[str, ...]) -> Selectors:
    split = [selector.partition(":")[::2] for selector in selectors]
    return Selectors(
        css=tuple(selector for kind, selector in split if kind == "css"),
        xpath=tuple(selector for kind, selector in split if kind == "xpath"),
    )


def _source(source: str) -> Source:
    kind, _, argument = source.partition(":")
    return Source(kind, argument)
