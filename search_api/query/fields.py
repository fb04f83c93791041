"""The fields that a question may name, and what may be done with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from search_api.query.faults import nearest
from settings.fields import FieldSettings, FieldType


@dataclass(frozen=True, slots=True)
class FieldCatalog:
    """Every field of the index by its name: the configuration's own and the built-in ones."""

    fields: Mapping[str, FieldSettings]

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def __getitem__(self, name: str) -> FieldSettings:
        return self.fields[name]

    @property
    def facets(self) -> tuple[str, ...]:
        """The names of the fields whose values can be counted, in order of declaration."""
        return tuple(name for name, field in self.fields.items() if field.facet)

    @property
    def sorts(self) -> tuple[str, ...]:
        """The names of the fields that results can be ordered by."""
        return tuple(name for name, field in self.fields.items() if field.sort)

    @property
    def ranged(self) -> tuple[str, ...]:
        """The names of the fields whose values can be counted in ranges."""
        return tuple(
            name
            for name, field in self.fields.items()
            if field.type in (FieldType.DATE, FieldType.LONG, FieldType.DOUBLE)
            and (field.facet or field.sort)
        )

    def unknown(self, name: str) -> str:
        """The sentence about a name that is no field."""
        return f"there is no such field{nearest(name, self.fields)}"
