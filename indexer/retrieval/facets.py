"""Counting the values of fields, in ranges and within one another, over the columns of the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tantivy import Query

from indexer.lexical.reader import LexicalSnapshot
from indexer.lexical.schema import DOCUMENT_ORDER, column
from indexer.retrieval.intervals import automatic_intervals, epoch_nanoseconds, interval_name
from indexer.retrieval.question import Collapse, Facet, FacetCounts, FacetValue, Interval
from settings.fields import FieldType

_PER_SEGMENT: Final = 100_000
"""Values that each part of the index brings in, so that counts are exact unless a field has more."""
_MOST_GROUPS: Final = 10_000
"""More different values are estimated in number: tantivy makes no more than 65,000 in all."""
_TOTAL, _WITH_VALUE, _VALUES = "all documents", "with a value", "values of the collapsed field"
"""What is counted beside the facets, by names that no field can have."""
_BOUNDARIES: Final = tuple(range(10, 100, 10))
"""The percentiles that automatic ranges of numbers are made from."""

Ranges = Mapping[Facet, Sequence[tuple[str, Interval]]]
"""The named intervals of each facet that counts ranges."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents a query finds, their facets by field, and how many results they collapse to."""

    total: int
    facets: dict[str, FacetCounts]
    groups: int | None = None


def tally(
    snapshot: LexicalSnapshot, query: Query, facets: Sequence[Facet] = (), collapse: Collapse | None = None
) -> Tally:
    """Count the documents of `query` in every way at once: finding them takes longer than counting."""
    ranges = _ranges(snapshot, query, list(_with_inner(facets)))
    answer = snapshot.aggregate(
        query, {_TOTAL: _present(DOCUMENT_ORDER), **_request(facets, ranges), **_grouping(collapse)}
    )
    total = int(answer[_TOTAL]["value"])
    groups = None if collapse is None else _groups(snapshot, query, collapse, answer, total)
    return Tally(total, _counts(answer, facets, ranges), groups)


def _grouping(collapse: Collapse | None) -> dict[str, Any]:
    if collapse is None:
        return {}
    field = column(collapse.field)
    return {
        _WITH_VALUE: _present(field),
        _VALUES: {"terms": {"field": field, "size": _MOST_GROUPS, "segment_size": _MOST_GROUPS}},
    }


def _groups(
    snapshot: LexicalSnapshot, query: Query, collapse: Collapse, answer: Mapping[str, Any], total: int
) -> int:
    """Each value is one, and each document without a value."""
    counted = answer[_VALUES]
    many = counted["sum_other_doc_count"] > 0
    values = snapshot.estimated_values(query, collapse.field) if many else len(counted["buckets"])
    return values + total - int(answer[_WITH_VALUE]["value"])


def _present(field: str) -> dict[str, Any]:
    return {"value_count": {"field": field}}


def _with_inner(facets: Iterable[Facet]) -> Iterable[Facet]:
    for facet in facets:
        yield facet
        yield from _with_inner(facet.facets)


def _ranges(snapshot: LexicalSnapshot, query: Query, facets: Sequence[Facet]) -> Ranges:
    """The intervals of the facets that count ranges; automatic ones suit all documents of `query`."""
    automatic = {facet.field for facet in facets if isinstance(facet.ranges, str)}
    request: dict[str, Any] = {}
    for name in automatic:
        request[f"span {name}"] = {"stats": {"field": column(name)}}
        if snapshot.columns[name] is not FieldType.DATE:
            request[f"boundaries {name}"] = {
                "percentiles": {"field": column(name), "percents": list(_BOUNDARIES), "keyed": False}
            }
    seen = snapshot.aggregate(query, request)
    made: dict[Facet, list[tuple[str, Interval]]] = {}
    for facet in facets:
        name = facet.field
        if isinstance(facet.ranges, tuple):
            made[facet] = [(interval_name(each), each) for each in facet.ranges]
        elif facet.ranges is not None:
            span = seen[f"span {name}"]
            boundaries = [each["value"] for each in seen.get(f"boundaries {name}", {}).get("values", ())]
            made[facet] = (
                automatic_intervals(snapshot.columns[name], facet, (span["min"], span["max"]), boundaries)
                if span["count"]
                else []
            )
    return made


def _request(facets: Sequence[Facet], ranges: Ranges) -> dict[str, Any]:
    request = {}
    for facet in facets:
        if facet.ranges is None:
            counted = {"terms": _terms(facet)}
        elif ranges[facet]:
            counted = {"range": {"field": column(facet.field), "ranges": _bounds(ranges[facet])}}
        else:
            continue
        inner = _request(facet.facets, ranges)
        request[facet.field] = {**counted, "aggs": inner} if inner else counted
    return request


def _terms(facet: Facet) -> dict[str, Any]:
    terms = {"field": column(facet.field), "size": facet.size, "segment_size": _PER_SEGMENT}
    return {**terms, "order": {"_key": "asc"}} if facet.by_value else terms


def _bounds(intervals: Sequence[tuple[str, Interval]]) -> list[dict[str, Any]]:
    """The intervals in tantivy's terms, each by its number."""
    return [
        {
            "key": str(number),
            **({} if each.low is None else {"from": epoch_nanoseconds(each.low)}),
            **({} if each.high is None else {"to": epoch_nanoseconds(each.high)}),
        }
        for number, (_, each) in enumerate(intervals)
    ]


def _counts(answer: Mapping[str, Any], facets: Sequence[Facet], ranges: Ranges) -> dict[str, FacetCounts]:
    counts = {}
    for facet in facets:
        counted = answer.get(facet.field)
        if counted is None:
            counts[facet.field] = FacetCounts()
        elif facet.ranges is None:
            values = tuple(
                _value(bucket, str(bucket.get("key_as_string", bucket["key"])), None, facet, ranges)
                for bucket in counted["buckets"]
            )
            counts[facet.field] = FacetCounts(values, int(counted["sum_other_doc_count"]))
        else:
            counts[facet.field] = _range_counts(counted["buckets"], facet, ranges)
    return counts


def _range_counts(buckets: Sequence[Mapping[str, Any]], facet: Facet, ranges: Ranges) -> FacetCounts:
    """Ranges in the order that was asked for; automatic ones that nothing lies in are left out. tantivy
    counts what lies between and beyond them, too."""
    by_number = {bucket["key"]: bucket for bucket in buckets}
    values = [
        _value(by_number.pop(str(number)), name, interval, facet, ranges)
        for number, (name, interval) in enumerate(ranges[facet])
    ]
    if isinstance(facet.ranges, str):
        values = [value for value in values if value.count]
    return FacetCounts(tuple(values), sum(int(bucket["doc_count"]) for bucket in by_number.values()))


def _value(
    bucket: Mapping[str, Any], name: str, interval: Interval | None, facet: Facet, ranges: Ranges
) -> FacetValue:
    inner = _counts(bucket, facet.facets, ranges)
    return FacetValue(name, int(bucket["doc_count"]), interval, inner)
