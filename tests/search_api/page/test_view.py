"""What the page shows of results and addresses, without a browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.document import FieldValue
from search_api.query.confidence import Confidence, confidence
from search_api.query.response import FacetCount
from search_api.web.addresses import PageAddress, page_address
from search_api.web.facet_view import page_facets, view_facets
from search_api.web.facts import Fact, facts_of
from search_api.web.text import crumbs_of, segments_of
from tests.search_api.company import FIELDS


@given(
    st.text(min_size=1, max_size=30).map(str.strip),
    st.lists(st.tuples(st.sampled_from(["department", "product"]), st.text(min_size=1)), unique=True),
)
def test_an_address_holds_the_whole_state_of_the_page(text: str, selected: list[tuple[str, str]]) -> None:
    from urllib.parse import parse_qsl

    address = PageAddress(text, tuple(selected), "-updated_at", "product", True, "cursor")
    assert page_address(parse_qsl(address.href[2:], keep_blank_values=True)) == address


def test_choosing_a_value_twice_takes_it_back_and_starts_at_the_first_page() -> None:
    address = PageAddress("leave", cursor="second page")
    chosen = address.toggled(("department", "HR"))
    assert chosen == PageAddress("leave", (("department", "HR"),))
    assert chosen.toggled(("department", "HR")) == PageAddress("leave")


@pytest.mark.parametrize(
    ("url", "crumbs"),
    [
        ("https://a.example/", ("a.example",)),
        ("https://user:secret@a.example/x", ("a.example", "x")),
        ("https://a.example/b%20c/d.html?q=1#f", ("a.example", "b c", "d.html")),
        ("https://a.example/1/2/3/4/5", ("a.example", "…", "3", "4", "5")),
        ("https://a.example/%E2%80%AEgpj.exe%00", ("a.example", "gpj.exe")),
        ("http://[broken/", ("http://[broken/",)),
        ("javascript:alert(1)", ("javascript:alert(1)", "alert(1)")),
    ],
)
def test_crumbs_are_readable_and_show_neither_passwords_nor_tricks(url: str, crumbs: tuple[str, ...]) -> None:
    assert crumbs_of(url) == crumbs


def test_words_that_follow_one_another_are_marked_as_one() -> None:
    segments = segments_of("parental leave and paid", [(0, 8), (9, 14), (18, 22)])
    assert [(segment.text, segment.marked) for segment in segments] == [
        ("parental leave", True),
        (" and", False),
        (" pai", True),
        ("d", False),
    ]


def test_facts_are_few_typed_and_the_companys_own_follow_the_built_in_ones() -> None:
    fields: dict[str, FieldValue] = {
        "size": 99,
        "department": "HR\u202e",
        "archived": False,
        "authors": ("Ada", "Lin"),
        "updated_at": datetime(2026, 3, 2, tzinfo=UTC),
        "rating": 4.5,
    }
    assert facts_of(fields) == (
        Fact("Updated", "2 Mar 2026", "2026-03-02"),
        Fact("Authors", "Ada, Lin"),
        Fact("Department", "HR"),
        Fact("Archived", "no"),
    )


def test_a_facet_that_cannot_narrow_the_results_is_left_out() -> None:
    counts = {
        "language": [FacetCount(value="en", count=7)],
        "category": [],
        "department": [FacetCount(value="HR", count=4), FacetCount(value="IT", count=3)],
    }
    facets = view_facets(PageAddress("leave"), counts, 7, FIELDS)
    assert [facet.label for facet in facets] == ["Department"]


def test_a_chosen_value_stays_visible_even_when_nothing_has_it() -> None:
    address = PageAddress("leave", (("department", "Gone"),))
    (facet,) = view_facets(address, {"department": [FacetCount(value="HR", count=4)]}, 0, FIELDS)
    assert [(choice.text, choice.count, choice.chosen) for choice in facet.choices] == [
        ("Gone", None, True),
        ("HR", 4, False),
    ]


@pytest.mark.parametrize(
    ("score", "bucket"),
    [
        (1.0, Confidence.VERY_HIGH),
        (0.8, Confidence.VERY_HIGH),
        (0.79, Confidence.HIGH),
        (0.35, Confidence.MEDIUM),
        (0.0, Confidence.LOW),
        (float("nan"), Confidence.LOW),
    ],
)
def test_scores_fall_into_four_buckets(score: float, bucket: Confidence) -> None:
    assert confidence(score) is bucket


def test_the_guide_names_every_key_that_the_page_lists() -> None:
    listed = files("search_api.web").joinpath("templates", "keys.html").read_text(encoding="utf-8")
    guide = (Path(__file__).resolve().parents[3] / "docs" / "search-page.md").read_text(encoding="utf-8")
    keys = set(re.findall(r"<kbd>(.+?)</kbd>", listed))
    assert {"/", "Enter", "?"} < keys
    assert {key for key in keys if f"`{key}`" not in guide} == set()


def test_a_value_within_another_is_chosen_with_it_and_taken_back_alone() -> None:
    inner = {"department": [FacetCount(value="HR", count=2), FacetCount(value="IT", count=1)]}
    counts = {
        "connector": [FacetCount(value="wiki", count=3, facets=inner), FacetCount(value="web", count=1)]
    }

    def within(address: PageAddress) -> list[tuple[str, bool, str]]:
        (facet,) = view_facets(address, counts, 4, FIELDS)
        return [(choice.text, choice.chosen, choice.href) for choice in facet.choices[0].inner]

    both = "/?q=leave&f.connector=wiki&f.department="
    assert within(PageAddress("leave")) == [("HR", False, f"{both}HR"), ("IT", False, f"{both}IT")]
    chosen = PageAddress("leave", (("connector", "wiki"), ("department", "HR")))
    assert within(chosen) == [
        ("HR", True, "/?q=leave&f.connector=wiki"),
        ("IT", False, f"{both}HR&f.department=IT"),
    ]


def test_the_usual_facets_are_the_companys_own_first_and_dates_in_ranges() -> None:
    facets = page_facets(FIELDS)
    names = [facet.field for facet in facets]
    assert names == [
        "connector", "department", "product", "category", "authors", "file_type", "languages", "updated_at",
    ]  # fmt: skip
    assert all(facet.is_multi_select for facet in facets)
    assert facets[-1].ranges == "auto"
    assert page_facets(FIELDS, facets[:2]) == facets[:2]
