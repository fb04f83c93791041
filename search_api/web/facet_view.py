"""The facets beside the results: which are asked for, and how their values stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.retrieval.question import Facet
from search_api.query.fields import FieldCatalog
from search_api.query.response import FacetCount
from search_api.web.addresses import PageAddress
from search_api.web.labels import label_of, value_label
from settings.fields import FieldType

_SHOWN: Final = 6
_LAST: Final = ("category", "authors", "file_type", "languages", "updated_at")
"""Built-in facets stand after the company's own, which its people know."""
_AGE: Final = "updated_at"
_NEVER: Final = ("language",)
"""A document's own language is among its languages."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen, as a link that chooses it or takes it back."""

    text: str
    count: int | None
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class RangeForm:
    """Two dates to fill in; `kept` is what the form keeps of the address."""

    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet; `further` choices are folded away, dates can also be typed."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    further: tuple[Choice, ...]
    form: RangeForm | None = None


def page_facets(fields: FieldCatalog) -> tuple[Facet, ...]:
    """Every field that is configured as a facet, numbers and dates in ranges, and how new documents are.

    Each is counted as if nothing of itself were chosen, so that further values of it can be added.
    """
    names = [name for name in fields.facets if name not in _NEVER]
    if _AGE in fields.ranged and _AGE not in names:
        names.append(_AGE)
    return tuple(
        Facet(name, ranges="auto" if name in fields.ranged else None, is_multi_select=True) for name in names
    )


def view_facets(
    address: PageAddress, counts: Mapping[str, Sequence[FacetCount]], total: int, fields: FieldCatalog
) -> tuple[FacetView, ...]:
    """The facets that can narrow the results: one whose only value all results share is left out."""
    facets = []
    for name in sorted(counts, key=lambda name: _LAST.index(name) + 1 if name in _LAST else 0):
        kind = fields[name].type
        values = [entry for entry in counts[name] if entry.count or kind is not FieldType.DATE]
        chosen = [value for field, value in address.selected if field == name]
        if not chosen and (not values or (len(values) == 1 and values[0].count >= total)):
            continue
        entries: list[tuple[str, int | None]] = [(entry.value, entry.count) for entry in values]
        if kind is FieldType.DATE:
            entries.reverse()
        known = {value for value, _ in entries}
        entries = [*((value, None) for value in chosen if value not in known), *entries]
        entries.sort(key=lambda entry: entry[0] not in chosen)
        choices = tuple(
            Choice(
                value_label(name, kind, value), count, value in chosen, address.toggled((name, value)).href
            )
            for value, count in entries
        )
        form = _range_form(address, name) if kind is FieldType.DATE else None
        facets.append(FacetView(name, label_of(name), choices[:_SHOWN], choices[_SHOWN:], form))
    return tuple(facets)


def chosen_filters(address: PageAddress, fields: FieldCatalog) -> tuple[Choice, ...]:
    """What is chosen, each as a link that takes it back."""
    return tuple(
        Choice(
            f"{label_of(name)}: {value_label(name, fields[name].type, value)}",
            None,
            True,
            address.toggled((name, value)).href,
        )
        for name, value in address.selected
    )


def _range_form(address: PageAddress, name: str) -> RangeForm:
    others = address.without(name)
    kept = (("q", others.text), *others.kept)
    return RangeForm(tuple(pair for pair in kept if pair[1]))
