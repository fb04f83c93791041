"""The filter grammar: what it says, and what it answers to what it cannot say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.retrieval.question import AllOf, AnyOf, Comparison, Filter, Not
from search_api.query.faults import Fault, InvalidQuestionError
from search_api.query.filters import filter_of_parameters, parse_filter
from search_api.query.limits import MAX_COMPARISONS, MAX_FILTER_DEPTH
from tests.search_api.company import FIELDS


def faults_of(value: object) -> tuple[Fault, ...]:
    with pytest.raises(InvalidQuestionError) as raised:
        parse_filter(value, FIELDS)
    return raised.value.faults


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"field": "department", "eq": "HR"}, Comparison("department", "eq", "HR")),
        ({"field": "department", "in": ["HR", "IT"]}, Comparison("department", "in", ("HR", "IT"))),
        ({"field": "department", "in": ["HR"]}, Comparison("department", "eq", "HR")),
        ({"field": "title", "prefix": "On"}, Comparison("title", "prefix", "On")),
        ({"field": "pages", "gte": 3}, Comparison("pages", "gte", 3)),
        (
            {"field": "pages", "in": [3, 4]},
            AnyOf((Comparison("pages", "eq", 3), Comparison("pages", "eq", 4))),
        ),
        ({"field": "rating", "lt": 4}, Comparison("rating", "lt", 4.0)),
        ({"field": "archived", "eq": False}, Comparison("archived", "eq", False)),
        ({"field": "authors", "eq": "Ada"}, Comparison("authors", "contains_any", ("Ada",))),
        ({"field": "authors", "in": ["Ada", "Lin"]}, Comparison("authors", "contains_any", ("Ada", "Lin"))),
        ({"field": "authors", "contains_all": ["Ada"]}, Comparison("authors", "contains_all", ("Ada",))),
        (
            {"field": "updated_at", "gt": "2026-03-01"},
            Comparison("updated_at", "gt", datetime(2026, 3, 1, tzinfo=UTC)),
        ),
        (
            {"field": "updated_at", "lte": "2026-03-01T12:00:00+02:00"},
            Comparison("updated_at", "lte", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ),
        (
            {"and": [{"field": "product", "eq": "Eos"}, {"not": {"field": "language", "eq": "de"}}]},
            AllOf((Comparison("product", "eq", "Eos"), Not(Comparison("language", "eq", "de")))),
        ),
        ({"or": [{"field": "product", "eq": "Eos"}]}, AnyOf((Comparison("product", "eq", "Eos"),))),
    ],
)
def test_the_grammar_becomes_the_filters_of_retrieval(value: object, expected: Filter) -> None:
    assert parse_filter(value, FIELDS) == expected


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        ([], "filter", 'must be an object such as {"field": …, "eq": …}, not []'),
        ({}, "filter", 'needs a "field", or one of "and", "or", "not"'),
        ({"field": "department"}, "filter", "needs exactly one operator of eq, in, gt"),
        ({"field": "department", "eq": "a", "in": ["b"]}, "filter", "needs exactly one operator"),
        ({"field": "department", "equals": "a"}, "filter", "'equals' is no operator"),
        (
            {"field": "department", "gt": "a"},
            "filter.gt",
            "department is a string field; it can be",
        ),
        ({"field": "departmnt", "eq": "a"}, "filter.field", '(did you mean "department"?)'),
        ({"field": 7, "eq": "a"}, "filter.field", "must be the name of a field, not 7"),
        ({"field": "department", "eq": 7}, "filter.eq", "must be text, not 7"),
        ({"field": "department", "eq": "a\x00b"}, "filter.eq", "contains the control character U+0000"),
        ({"field": "department", "eq": "\ud800"}, "filter.eq", "contains half a surrogate pair, U+D800"),
        ({"field": "department", "in": "HR"}, "filter.in", "must be a list of at least one value, not 'HR'"),
        ({"field": "department", "in": []}, "filter.in", "must be a list of at least one value, not []"),
        ({"field": "department", "in": ["a", None]}, "filter.in[1]", "must be text, not None"),
        ({"field": "pages", "gt": "many"}, "filter.gt", "must be a whole number, not 'many'"),
        ({"field": "pages", "gt": True}, "filter.gt", "must be a whole number, not True"),
        ({"field": "pages", "gt": 1.5}, "filter.gt", "must be a whole number, not 1.5"),
        ({"field": "pages", "gt": 2**63}, "filter.gt", "is beyond the 64 bits of a whole number"),
        ({"field": "rating", "gt": float("nan")}, "filter.gt", "must be a finite number, not nan"),
        ({"field": "archived", "eq": 1}, "filter.eq", "must be true or false, not 1"),
        ({"field": "updated_at", "gt": "yesterday"}, "filter.gt", "must be a date such as 2026-11-30"),
        ({"field": "updated_at", "gt": "0001-01-01T00:00:00+14:00"}, "filter.gt", "must be a date"),
        ({"and": []}, "filter.and", "must be a list of at least one filter, not []"),
        ({"or": {}}, "filter.or", "must be a list of at least one filter, not {}"),
        ({"not": None}, "filter.not", "must be an object"),
        ({"and": [], "or": []}, "filter", '"and" stands alone in its object'),
        (
            {"and": [{"field": "pages", "eq": 1}, {"or": [{"field": "pages", "eq": "x"}]}]},
            "filter.and[1].or[0].eq",
            "must be a whole number, not 'x'",
        ),
    ],
)
def test_a_fault_names_its_place_and_what_would_be_right(value: object, field: str, message: str) -> None:
    fault = faults_of(value)[0]
    assert fault.field == field
    assert message in fault.message


def test_all_faults_are_told_at_once() -> None:
    value = {"and": [{"field": "nope", "eq": 1}, {"field": "pages", "eq": "x"}]}
    assert [fault.field for fault in faults_of(value)] == ["filter.and[0].field", "filter.and[1].eq"]


def test_a_filter_nested_too_deeply_is_refused() -> None:
    value: object = {"field": "pages", "eq": 1}
    for _ in range(MAX_FILTER_DEPTH):
        value = {"not": value}
    assert faults_of(value)[0].message == f"is nested more than {MAX_FILTER_DEPTH} levels deep"


def test_a_filter_of_too_many_comparisons_is_refused() -> None:
    half = {"or": [{"field": "pages", "eq": number} for number in range(MAX_COMPARISONS // 2 + 1)]}
    assert faults_of({"and": [half, half]})[0].message == "holds 202 comparisons; at most 200 can be asked"


def test_in_an_address_values_of_one_field_are_alternatives_and_fields_add_up() -> None:
    selected = [("department", "HR"), ("pages", "7"), ("department", "IT")]
    assert filter_of_parameters(selected, FIELDS) == AllOf(
        (Comparison("department", "in", ("HR", "IT")), Comparison("pages", "eq", 7))
    )


def test_no_parameter_is_no_filter() -> None:
    assert filter_of_parameters([], FIELDS) is None


def test_a_fault_in_an_address_names_the_parameter() -> None:
    with pytest.raises(InvalidQuestionError) as raised:
        filter_of_parameters([("pages", "x"), ("nope", "1")], FIELDS)
    assert [fault.field for fault in raised.value.faults] == ["f.pages", "f.nope"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["and", "or", "not", "field", "eq", "in", "gt", "contains_any"])
            | st.text(max_size=3),
            inner | st.sampled_from(["department", "pages", "updated_at", "authors"]),
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_filter_or_a_list_of_faults(value: object) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        parse_filter(value, FIELDS)
    except InvalidQuestionError as error:
        faults = error.faults
    for fault in faults:
        assert fault.field.startswith("filter")
        fault.message.encode()  # can be sent: no lone surrogates
