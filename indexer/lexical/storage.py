"""Where the two tantivy indexes lie, and the small file that says what columns they were made with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.lexical.errors import IncompatibleIndexError
from indexer.lexical.schema import BUILT_IN_COLUMNS, FORMAT, ColumnType


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

    def signature(self) -> tuple[tuple[int, int], ...] | None:
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


def all_columns(fields: Mapping[str, str]) -> dict[str, ColumnType]:
    """The built-in columns and the configuration's own, name → type; a built-in name keeps its type."""
    own = {name: ColumnType(field_type) for name, field_type in sorted(fields.items())}
    return own | dict(BUILT_IN_COLUMNS)


def write_description(layout: Layout, columns: Mapping[str, ColumnType]) -> None:
    """Declare the index of `layout` complete."""
    temporary = layout.description.with_suffix(".tmp")
    temporary.write_text(json.dumps({"format": FORMAT, "columns": columns}, indent=1))
    temporary.replace(layout.description)


def read_description(layout: Layout) -> dict[str, ColumnType]:
    """The columns that the index was made with.

    Raises `IncompatibleIndexError` for a file of another format, and FileNotFoundError where there is none.
    """
    try:
        description = json.loads(layout.description.read_text())
        if description["format"] == FORMAT:
            return {name: ColumnType(column_type) for name, column_type in description["columns"].items()}
        seen = f"format {description['format']}, this version reads {FORMAT}"
    except (ValueError, KeyError, TypeError) as error:
        seen = f"not readable ({error!r})"
    raise IncompatibleIndexError(f"{layout.description}: {seen}; run `indexer rebuild`")
