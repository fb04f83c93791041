"""The facets beside the results: which are asked for, and how their values stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from indexer.retrieval.question import Facet
from search_api.query.fields import FieldCatalog
from search_api.query.response import FacetCount
from search_api.web.addresses import PageAddress, Selection
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
    """Something that can be chosen, as a link that chooses it or takes it back; `inner` stands within it."""

    text: str
    count: int | None
    chosen: bool
    href: str
    inner: tuple[Choice, ...] = ()


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


def page_facets(fields: FieldCatalog, configured: tuple[Facet, ...] = ()) -> tuple[Facet, ...]:
    """The configured facets; else every field that is one, numbers and dates in ranges, and when documents
    were updated.

    Each is counted as if nothing of itself were chosen, so that further values of it can be added.
    """
    if configured:
        return configured
    names = [name for name in fields.facets if name not in _NEVER]
    if _AGE in fields.ranged and _AGE not in names:
        names.append(_AGE)
    names.sort(key=lambda name: _LAST.index(name) + 1 if name in _LAST else 0)
    return tuple(
        Facet(name, ranges="auto" if name in fields.ranged else None, is_multi_select=True) for name in names
    )


def view_facets(
    address: PageAddress, counts: Mapping[str, Sequence[FacetCount]], total: int, fields: FieldCatalog
) -> tuple[FacetView, ...]:
    """The facets that can narrow the results: one whose only value all results share is left out."""
    facets = []
    for name, values in counts.items():
        is_date = fields[name].type is FieldType.DATE
        found = [entry for entry in values if entry.count or not is_date]
        chosen = [value for field, value in address.selected if field == name]
        if not chosen and (not found or (len(found) == 1 and found[0].count >= total)):
            continue
        if is_date:
            found.reverse()
        known = {entry.value for entry in found}
        gone = [_choice(address, (name, value), None, fields) for value in chosen if value not in known]
        choices = [*gone, *(_counted(address, name, entry, fields) for entry in found)]
        choices.sort(key=lambda choice: not choice.chosen)
        form = _range_form(address, name) if is_date else None
        facets.append(FacetView(name, label_of(name), tuple(choices[:_SHOWN]), tuple(choices[_SHOWN:]), form))
    return tuple(facets)


def _counted(address: PageAddress, name: str, entry: FacetCount, fields: FieldCatalog) -> Choice:
    """A value, and those of the facets within it: to choose one of them chooses both."""
    outer = (name, entry.value)
    choice = _choice(address, outer, entry.count, fields)
    around = address if choice.chosen else address.toggled(outer)
    inner = [
        replace(
            _counted(around, field, each, fields),
            chosen=choice.chosen and (field, each.value) in address.selected,
        )
        for field, values in entry.facets.items()
        for each in values
    ]
    return replace(choice, inner=tuple(inner))


def _choice(address: PageAddress, selection: Selection, count: int | None, fields: FieldCatalog) -> Choice:
    name, value = selection
    label = value_label(name, fields[name].type, value)
    return Choice(label, count, selection in address.selected, address.toggled(selection).href)


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
