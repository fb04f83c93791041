"""What every section of the configuration has in common: frozen, closed, silent about its input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
)


class Section(BaseModel):
    """A mapping of `connectors.yaml`. The text below each attribute is that key's documentation."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        # Descriptions are read from the source where they are needed (settings.descriptions), because
        # pydantic's own way parses every class at each start of every command.
        use_attribute_docstrings=False,
        hide_input_in_errors=True,
        defer_build=True,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What validation knows besides the values: the configuration file, whose folder paths start from."""

    path: Path

    @property
    def folder(self) -> Path:
        """The absolute folder of the configuration file."""
        return self.path.absolute().parent


def folder_of(information: ValidationInfo) -> Path:
    """The folder that relative paths start from: the file's, or the current one for settings made in code."""
    surroundings = information.context
    return surroundings.folder if isinstance(surroundings, Surroundings) else Path.cwd()


def _text_path(value: object) -> object:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("must be a path")
    return value


def _resolved(path: Path, information: ValidationInfo) -> Path:
    return (folder_of(information) / path.expanduser()).resolve()


LocalPath = Annotated[
    Path,
    BeforeValidator(_text_path),
    AfterValidator(_resolved),
    WithJsonSchema({"type": "string", "title": "path"}),
]
"""An absolute path; a relative one starts from the folder of the configuration file."""


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic collects ValueError
    return value


Count = Annotated[int, Field(ge=0), BeforeValidator(_no_boolean)]
"""A whole number, 0 or more."""

Positive = Annotated[int, Field(ge=1), BeforeValidator(_no_boolean)]
"""A whole number, 1 or more."""


def one_or_many(value: Any) -> Any:
    """For keys that take a value or a list of them: always a list."""
    if value is None or isinstance(value, list | tuple):
        return value
    return [value]
