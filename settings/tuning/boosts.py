"""Boosts: rules as in `search.boosts`, and which fields they suit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from settings.faults import nearest
from settings.fields import FieldSettings, FieldType
from settings.search import Boost
from settings.section import Section
from settings.tuning.parsed import Parsed
from settings.tuning.yaml_section import parse_section


class BoostRules(Section):
    """A text of boosts."""

    boosts: tuple[Boost, ...]
    """The rules, as in `search.boosts`."""


def parse_boosts(text: str, file: Path, fields: Mapping[str, FieldSettings]) -> Parsed[Boost]:
    """The rules of a YAML text `boosts: […]`, for an index with these fields."""
    rules, document, faults = parse_section(text, file, BoostRules)
    if rules is None or document is None:
        return Parsed((), faults)
    unfit = tuple(
        document.value_place(("boosts", index, key)).fault(message)
        for index, boost in enumerate(rules.boosts)
        for key, message in boost_faults(boost, fields)
    )
    return Parsed(rules.boosts, unfit)


def boost_faults(boost: Boost, fields: Mapping[str, FieldSettings]) -> Iterator[tuple[str, str]]:
    """Keys of a rule and what is wrong with them."""
    if boost.field not in fields:
        near = nearest(boost.field, fields)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(fields)}"
        yield "field", f"there is no field `{boost.field}`; {hint}"
        return
    kind = fields[boost.field].type
    if boost.freshness is not None and not boost.freshness:
        yield "freshness", "`freshness` must be longer than nothing, such as 90d"
    if boost.freshness is not None and kind is not FieldType.DATE:
        yield "freshness", f"`freshness` needs a date field; `{boost.field}` is a {kind} field"
    if boost.pivot is not None and kind not in (FieldType.LONG, FieldType.DOUBLE):
        yield "pivot", f"`pivot` needs a number field (long, double); `{boost.field}` is a {kind} field"
    if boost.values and kind is FieldType.DATE:
        yield "values", f"`{boost.field}` is a date field: write `freshness: 90d` instead of `values`"
