"""The filter grammar over a real index."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from indexer.retrieval.filters import InvalidFilterError
from indexer.retrieval.question import AllOf, AnyOf, Comparison, Filter, Not, Question
from indexer.retrieval.retriever import Retriever
from tests.indexer.retrieval.library import Library

JANUARY = datetime(2026, 1, 31, 12, 30, 15, 999, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def retriever(library: Library) -> Retriever:
    library.add(
        "https://i.example/a",
        "one",
        fields={"department": "HR (Europe)", "tags": ("red", "blue"), "size": 10, "price": 1.5},
    )
    library.add(
        "https://i.example/b",
        "two",
        fields={
            "department": "HR/Asia",
            "tags": ("red",),
            "size": -3,
            "updated_at": JANUARY,
            "current": True,
            "languages": ("en", "de"),
        },
    )
    library.add(
        "https://i.example/c",
        "three",
        fields={"price": 7, "updated_at": JUNE, "current": False, "size": "mistyped"},
        language="de",
    )
    return library.retriever()


def found(retriever: Retriever, wanted: Filter) -> str:
    hits = retriever.search(Question("", filter=wanted)).hits
    return "".join(sorted(hit.url[-1] for hit in hits))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Comparison("department", "eq", "HR (Europe)"), "a"),
        (Comparison("department", "eq", "HR"), ""),
        (Comparison("department", "prefix", "HR"), "ab"),
        (Comparison("department", "prefix", "HR ("), "a"),
        (Comparison("department", "prefix", ".*"), ""),
        (Comparison("department", "in", ("HR/Asia", "other")), "b"),
        (Comparison("department", "in", ()), ""),
        (Comparison("tags", "contains_any", ("blue", "green")), "a"),
        (Comparison("tags", "contains_all", ("blue", "red")), "a"),
        (Comparison("tags", "contains_all", ("red",)), "ab"),
        (Comparison("tags", "eq", "red"), "ab"),
        (Comparison("size", "gt", -3), "a"),
        (Comparison("size", "gte", -3), "ab"),
        (Comparison("size", "lt", 10), "b"),
        (Comparison("size", "lte", 10), "ab"),
        (Comparison("price", "eq", 7), "c"),
        (Comparison("price", "lt", 7), "a"),
        (Comparison("updated_at", "eq", JANUARY), "b"),
        (Comparison("updated_at", "gte", JANUARY), "bc"),
        (Comparison("updated_at", "gt", JANUARY), "c"),
        (Comparison("updated_at", "lt", datetime(9999, 1, 1, tzinfo=UTC)), "bc"),
        (Comparison("updated_at", "gt", datetime(1, 1, 1, tzinfo=UTC)), "bc"),
        (Comparison("current", "eq", True), "b"),
        (Comparison("language", "eq", "de"), "c"),
        (Comparison("languages", "contains_any", ("de",)), "bc"),
        (Comparison("languages", "contains_any", ("en",)), "ab"),
        (Comparison("kind", "eq", "page"), "abc"),
        (Comparison("connector", "eq", "intranet"), "abc"),
        (Comparison("url", "prefix", "https://i.example/b"), "b"),
        (Not(Comparison("size", "gt", 0)), "bc"),
        (AllOf((Comparison("tags", "eq", "red"), Comparison("size", "lt", 0))), "b"),
        (AllOf(()), "abc"),
        (AnyOf(()), ""),
        (AnyOf((Comparison("size", "gt", 0), Comparison("language", "eq", "de"))), "ac"),
        (Not(AnyOf((Comparison("size", "gt", 0), Comparison("language", "eq", "de")))), "b"),
    ],
)
def test_a_filter_lets_through_what_it_says(retriever: Retriever, wanted: Filter, expected: str) -> None:
    assert found(retriever, wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Comparison("nope", "eq", "x"), "there is no field 'nope'; there are authors, category"),
        (Comparison("size", "like", 3), "size: there is no operator 'like'"),
        (Comparison("size", "eq", "3"), "size is a long field: '3' cannot be compared with it"),
        (Comparison("size", "eq", True), "size is a long field: True"),
        (Comparison("size", "eq", 2**63), "size is a long field: 9223372036854775808"),
        (Comparison("size", "prefix", 3), "'prefix' needs a string field; this one is long"),
        (Comparison("department", "gt", "A"), "'gt' needs a date, long or double field; this one is string"),
        (Comparison("current", "lt", True), "'lt' needs a date, long or double field; this one is boolean"),
        (Comparison("updated_at", "eq", datetime(2026, 1, 1)), "updated_at is a date field"),  # noqa: DTZ001
        (Comparison("size", "gt", ("1",)), "size: 'gt' compares with one value, not with a list"),
        (Not(AllOf((Comparison("nope", "eq", 1),))), "there is no field 'nope'"),
    ],
)
def test_a_filter_that_cannot_be_carried_out_says_why(
    retriever: Retriever, wanted: Filter, message: str
) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        found(retriever, wanted)
    assert message in str(caught.value)
