"""Counting the values of fields, in ranges and within one another, over the columns of the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tantivy import Query

from indexer.lexical.reader import LexicalSnapshot
from indexer.lexical.schema import column
from indexer.retrieval.intervals import automatic_intervals, epoch_nanoseconds, interval_name
from indexer.retrieval.question import Facet, FacetCounts, FacetValue, Interval
from settings.fields import FieldType

_PER_SEGMENT: Final = 100_000
"""Values that each part of the index brings in, so that counts are exact unless a field has more."""
_BOUNDARIES: Final = tuple(range(10, 100, 10))
"""The percentiles that automatic ranges of numbers are made from."""

Ranges = Mapping[Facet, Sequence[tuple[str, Interval]]]
"""The named intervals of each facet that counts ranges."""


def count_facets(snapshot: LexicalSnapshot, query: Query, facets: Sequence[Facet]) -> dict[str, FacetCounts]:
    """The facets over the documents of `query`, by field."""
    ranges = _ranges(snapshot, query, list(_with_inner(facets)))
    answer = snapshot.aggregate(query, _request(facets, ranges))
    return _counts(answer, facets, ranges)


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
