"""Where the two tantivy indexes lie, and the small file that says what columns they were made with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.durable import write_durably
from indexer.lexical.errors import IncompatibleIndexError
from indexer.lexical.schema import FORMAT, OWN_COLUMNS
from settings.fields import FieldSettings, FieldType

Signature = tuple[tuple[int, int], ...]
"""Inodes and times of change of the files that every commit replaces."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below the folder of a lexical index."""

    directory: Path

    @property
    def passages(self) -> Path:
        return self.directory / "passages"

    @property
    def documents(self) -> Path:
        return self.directory / "documents"

    @property
    def description(self) -> Path:
        """Written last when an index is made: where it stands, both indexes stand."""
        return self.directory / "schema.json"

    def signature(self) -> Signature | None:
        """Changes with every commit; None while there is no index. Costs three `stat` calls."""
        try:
            return tuple(
                (status.st_ino, status.st_mtime_ns)
                for status in map(
                    os.stat,
                    (self.description, self.passages / "meta.json", self.documents / "meta.json"),
                )
            )
        except FileNotFoundError:
            return None


@dataclass(frozen=True, slots=True)
class Description:
    """What an index was made with: its columns, and those whose words are found too."""

    columns: Mapping[str, FieldType]
    searched: tuple[str, ...]


def describe(fields: Mapping[str, FieldSettings]) -> Description:
    """The description that the configuration's `fields` ask for."""
    columns = {name: settings.type for name, settings in sorted(fields.items())}
    searched = tuple(name for name, settings in sorted(fields.items()) if settings.search and name != "title")
    return Description({**columns, **OWN_COLUMNS}, searched)


def write_description(layout: Layout, description: Description) -> None:
    """Declare the index of `layout` complete."""
    content = {"format": FORMAT, "columns": description.columns, "searched": description.searched}
    write_durably(layout.description, json.dumps(content, indent=1).encode())


def read_description(layout: Layout) -> Description:
    """What the index was made with.

    Raises `IncompatibleIndexError` for a file of another format, FileNotFoundError where there is none.
    """
    try:
        content = json.loads(layout.description.read_text())
        if content["format"] == FORMAT:
            columns = {name: FieldType(field_type) for name, field_type in content["columns"].items()}
            return Description(columns, tuple(content["searched"]))
        seen = f"format {content['format']}, this version reads {FORMAT}"
    except (ValueError, KeyError, TypeError) as error:
        seen = f"not readable ({error!r})"
    raise IncompatibleIndexError(f"{layout.description}: {seen}; run `indexer rebuild`")
