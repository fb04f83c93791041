"""Facets over a real index: values, ranges and what lies within them, compared with counting by hand."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.document import FieldValue
from indexer.retrieval.intervals import interval_name, is_empty, overlapping
from indexer.retrieval.question import (
    AllOf,
    AutomaticRanges,
    Comparison,
    Facet,
    FacetCounts,
    FacetValue,
    Interval,
    Question,
)
from indexer.retrieval.retriever import Retriever
from tests.indexer.retrieval.library import Library


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


def counted(
    retriever: Retriever, *facets: Facet, filtered: Comparison | AllOf | None = None
) -> dict[str, FacetCounts]:
    return dict(retriever.search(Question("", filter=filtered, facets=facets)).facets)


def plain(counts: FacetCounts) -> list[tuple[str, int]]:
    return [(value.value, value.count) for value in counts.values]


@pytest.fixture
def shop(library: Library) -> Retriever:
    rows: list[dict[str, FieldValue]] = [
        {"department": "HR", "price": 3.5, "updated_at": day(2024, 5), "tags": ("a", "b")},
        {"department": "HR", "price": 20.0, "updated_at": day(2025, 12, 31), "tags": ("a",)},
        {"department": "IT", "price": 40.0, "updated_at": day(2026), "tags": ("c",)},
        {"department": "IT", "price": 90.0, "updated_at": day(2026, 2), "tags": ("a", "c")},
        {"department": "Law", "price": 7000.0},
        {},
    ]  # fmt: skip
    for number, fields in enumerate(rows):
        library.add(f"https://i.example/{number}", "a thing", fields=fields)
    return library.retriever()


def test_values_beyond_the_size_are_counted_as_others(shop: Retriever) -> None:
    tags = counted(shop, Facet("tags", 1))["tags"]
    assert tags == FacetCounts((FacetValue("a", 3),), others=3)


def test_values_stand_by_count_or_by_value(shop: Retriever) -> None:
    assert plain(counted(shop, Facet("department", by_value=True))["department"]) == [
        ("HR", 2),
        ("IT", 2),
        ("Law", 1),
    ]
    assert plain(counted(shop, Facet("tags", by_value=True))["tags"]) == [("a", 3), ("b", 1), ("c", 2)]


def test_facets_are_counted_within_one_another(shop: Retriever) -> None:
    (hr, it, law) = counted(shop, Facet("department", facets=(Facet("tags", 1),)))["department"].values
    assert {hr.value, it.value, law.value} == {"HR", "IT", "Law"}
    assert hr.facets == {"tags": FacetCounts((FacetValue("a", 2),), others=1)}
    assert law.facets == {"tags": FacetCounts()}


def test_ranges_hold_their_lower_end_and_count_what_lies_outside(shop: Retriever) -> None:
    ranges = (Interval(20, 40), Interval(40, 100))
    price = counted(shop, Facet("price", ranges=ranges))["price"]
    assert plain(price) == [("[20 TO 40}", 1), ("[40 TO 100}", 2)]
    assert [value.interval for value in price.values] == list(ranges)
    assert price.others == 2
    open_ended = Facet("price", ranges=(Interval(None, 20), Interval(20, None)))
    assert plain(counted(shop, open_ended)["price"]) == [("[* TO 20}", 1), ("[20 TO *}", 4)]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ("year", [("2024", 1), ("2025", 1), ("2026", 2)]),
        ("month", [("2024-05", 1), ("2025-12", 1), ("2026-01", 1), ("2026-02", 1)]),
        ("auto", [("2024-05", 1), ("2025-12", 1), ("2026-01", 1), ("2026-02", 1)]),
        ((Interval(day(2025), day(2026)),), [("[2025-01-01 TO 2026-01-01}", 1)]),
    ],
)
def test_dates_are_counted_by_calendar(
    shop: Retriever, ranges: AutomaticRanges | tuple[Interval, ...], expected: list[tuple[str, int]]
) -> None:
    assert plain(counted(shop, Facet("updated_at", ranges=ranges))["updated_at"]) == expected


def test_of_many_years_the_last_are_listed_and_the_others_counted(shop: Retriever) -> None:
    years = counted(shop, Facet("updated_at", 2, ranges="year"))["updated_at"]
    assert (plain(years), years.others) == ([("2025", 1), ("2026", 2)], 1)


def test_numbers_get_round_ranges_that_hold_all_of_them(shop: Retriever) -> None:
    price = counted(shop, Facet("price", ranges="auto"))["price"]
    assert sum(value.count for value in price.values) == 5
    assert price.others == 0
    ends = {
        end for value in price.values if value.interval for end in (value.interval.low, value.interval.high)
    }
    assert all(len(str(end).rstrip("0").rstrip(".")) == 1 for end in ends - {None})


def test_ranges_of_a_field_that_no_document_has_are_none(shop: Retriever) -> None:
    assert counted(shop, Facet("size", ranges="auto"), Facet("created_at", ranges="year")) == {
        "size": FacetCounts(), "created_at": FacetCounts(),
    }  # fmt: skip


def test_a_multi_select_facet_ignores_what_is_chosen_of_itself_alone(shop: Retriever) -> None:
    chosen = AllOf((Comparison("department", "in", ("HR",)), Comparison("tags", "contains_any", ("a",))))
    facets = (Facet("department", is_multi_select=True), Facet("tags"))
    counts = counted(shop, *facets, filtered=chosen)
    assert dict(plain(counts["department"])) == {"HR": 2, "IT": 1}
    assert dict(plain(counts["tags"])) == {"a": 2, "b": 1}
    assert dict(plain(counted(shop, Facet("department"), filtered=chosen)["department"])) == {"HR": 2}


bounds = st.none() | st.integers(-20, 20)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.none() | st.integers(-20, 20)), max_size=12),
    st.lists(
        st.builds(Interval, bounds, bounds).filter(lambda each: not is_empty(each)), min_size=1, max_size=4
    ).filter(lambda intervals: not overlapping(intervals)),
)
def test_counts_within_ranges_are_those_of_counting_by_hand(
    rows: list[tuple[str | None, int | None]], intervals: list[Interval]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        for number, (department, size) in enumerate(rows):
            fields = {
                name: value
                for name, value in (("department", department), ("size", size))
                if value is not None
            }
            library.add(f"https://i.example/{number}", "a thing", fields=fields)
        library.add("https://i.example/other", "without anything")
        facet = Facet("size", ranges=tuple(intervals), facets=(Facet("department"),))
        counts = counted(library.retriever(), facet)["size"]
        library.close()
    inside = 0
    for interval, value in zip(intervals, counts.values, strict=True):
        low, high = interval.low, interval.high
        held = [
            department for department, size in rows
            if size is not None and (low is None or low <= size) and (high is None or size < high)  # type: ignore[operator]
        ]  # fmt: skip
        inside += len(held)
        assert (value.value, value.count) == (interval_name(interval), len(held))
        assert dict(plain(value.facets["department"])) == Counter(each for each in held if each is not None)
    assert counts.others == sum(size is not None for _, size in rows) - inside
