"""Tuning that is written in YAML: a section of its own, checked as the configuration is."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from settings.explanations import explain
from settings.faults import ConfigurationError, Fault
from settings.section import Section, Surroundings
from settings.yaml_document import YamlDocument, read_yaml

Root = TypeVar("Root", bound=Section)


def parse_section(
    text: str, file: Path, root: type[Root]
) -> tuple[Root | None, YamlDocument | None, tuple[Fault, ...]]:
    """The section that a text holds, None where it has faults; its places; and the faults in order."""
    try:
        document, found = read_yaml(text.removeprefix("\ufeff"), file)
    except ConfigurationError as error:
        return None, None, error.faults
    faults = list(found)
    # Raised outside of the handler, as in settings.load.
    try:
        section = root.model_validate(document.data, context=Surroundings(file))
    except ValidationError as error:
        faults += explain(error, document.data, document, frozenset(), root)
        section = None
    return (None if faults else section), document, tuple(sorted(faults))
