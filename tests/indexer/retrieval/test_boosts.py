"""Boosts put what is found in another order, and find nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.retrieval.boosting import MOST_RAISED, factor_of
from indexer.retrieval.question import (
    AppliedBoost,
    Boost,
    Collapse,
    Comparison,
    Facet,
    Hit,
    Question,
    Results,
)
from indexer.retrieval.retriever import Retriever
from indexer.retrieval.tuning import Tuning
from tests.catalog.rows import NOON
from tests.indexer.retrieval.library import Library

HR = Boost("department", 4.0, ("HR",))


def urls(results: Results) -> list[str]:
    return [hit.url.removeprefix("https://i.example/") for hit in results.hits]


def add_plans(library: Library) -> None:
    """Three documents of one wording."""
    library.add(
        "https://i.example/it", "The plan for travel.", title="Plan",
        fields={
            "department": "IT", "updated_at": NOON, "view_count": 3, "tags": ("old", "new"), "current": True,
        },
    )  # fmt: skip
    library.add(
        "https://i.example/hr", "The plan for travel.", title="Plan",
        fields={"department": "HR", "updated_at": NOON - timedelta(days=90), "view_count": 900},
    )  # fmt: skip
    library.add("https://i.example/none", "The plan for travel and trips.", title="Plan")


@pytest.mark.parametrize(
    ("boost", "first", "factor"),
    [
        (Boost("department", 4.0, ("HR",)), "hr", 4.0),
        (Boost("department", 0.5, ("IT", "HR")), "none", 1.0),
        (Boost("connector", 2.0, ("handbook",)), "hr", 1.0),
        (Boost("tags", 3.0, ("new",)), "it", 3.0),
        (Boost("current", 3.0, ("true",)), "it", 3.0),
        (Boost("view_count", 3.0, ("900",)), "hr", 3.0),
        (Boost("view_count", 3.0), "it", 3.0),
        (Boost("view_count", 3.0, pivot=900), "hr", 2.0),
        (Boost("updated_at", 3.0, half_life=timedelta(days=90)), "it", 3.0),
        (Boost("updated_at", 0.2, half_life=timedelta(days=9)), "none", 1.0),
        (Boost("view_count", 3.0, ("many",)), "hr", 1.0),
    ],
)
def test_a_rule_multiplies_the_scores_of_those_that_it_is_for(
    library: Library, boost: Boost, first: str, factor: float
) -> None:
    add_plans(library)
    plain = library.retriever().search(Question("travel plan"))
    raised = library.retriever(tuning=Tuning(boosts=(boost,))).search(Question("travel plan"))
    assert sorted(urls(raised)) == sorted(urls(plain))
    if factor != 1.0:
        assert urls(raised)[0] == first
    before = {hit.url: hit for hit in plain.hits}[f"https://i.example/{first}"]
    after = {hit.url: hit for hit in raised.hits}[f"https://i.example/{first}"]
    assert after.relevance == before.relevance == before.score
    assert after.score == pytest.approx(min(1.0, before.score * factor))


def test_the_boost_of_a_date_halves_with_its_age_and_the_future_is_new(library: Library) -> None:
    half = Boost("updated_at", 2.0, half_life=timedelta(days=30))
    for age in (-30, 0, 30, 60):
        updated = NOON.replace(minute=0, second=0, microsecond=0) - timedelta(days=age)
        library.add(f"https://i.example/{age}", "A plan.", title="Plan", fields={"updated_at": updated})
    found = library.retriever(tuning=Tuning(boosts=(half,))).search(Question("plan", explain=True))
    scores = {url: hit.score / hit.relevance for url, hit in zip(urls(found), found.hits, strict=True)}
    told = {
        url: sum(part.value for part in hit.explanation.parts if part.name == "freshness") / hit.relevance
        for url, hit in zip(urls(found), found.hits, strict=True)
        if hit.explanation
    }
    assert told == pytest.approx({"-30": 1.0, "0": 1.0, "30": 0.5, "60": 0.25})
    assert set(scores.values()) == {1.0}, "a score shows at most 1"


def test_the_boosts_of_a_question_stand_in_the_place_of_the_configured_ones_for_their_fields(
    library: Library,
) -> None:
    add_plans(library)
    retriever = library.retriever(tuning=Tuning(boosts=(HR, Boost("view_count", 2.0, ("3",)))))
    assert urls(retriever.search(Question("travel plan")))[0] == "hr"
    off = Question("travel plan", boosts=(Boost("department", 1.0, ("HR",)),))
    assert urls(retriever.search(off))[0] == "it"


def test_passages_for_a_language_model_are_boosted_by_their_documents(library: Library) -> None:
    add_plans(library)
    plain, raised = library.retriever(), library.retriever(tuning=Tuning(boosts=(HR,)))
    assert {p.chunk_id for p in plain.retrieve(Question("trips"))} == {
        p.chunk_id for p in raised.retrieve(Question("trips"))
    }
    first = raised.retrieve(Question("travel plan"))[0]
    assert first.document_id == raised.search(Question("travel plan")).hits[0].document_id


def test_a_rule_for_a_field_that_the_index_does_not_have_yet_counts_for_nothing(library: Library) -> None:
    add_plans(library)
    raised = library.retriever(tuning=Tuning(boosts=(Boost("region", 5.0, ("EU",)),)))
    assert raised.search(Question("plan")) == library.retriever().search(Question("plan"))


def test_all_boosts_together_stay_within_bounds() -> None:
    assert factor_of((AppliedBoost(HR, 8.0),) * 3) == MOST_RAISED
    assert factor_of((AppliedBoost(HR, 0.2),) * 3) == 1 / MOST_RAISED
    assert factor_of(()) == 1.0


departments = st.sampled_from(["HR", "IT", "Legal", None])
plans = st.lists(
    st.tuples(departments, st.integers(0, 400), st.sampled_from(["plan", "travel plan"])), max_size=9
)
rules = st.lists(
    st.builds(
        Boost, st.just("department"), st.sampled_from([0.2, 1.0, 3.0, 9.0]),
        st.lists(st.sampled_from(["HR", "IT"]), max_size=2).map(tuple),
    )
    | st.builds(
        Boost, st.just("updated_at"), st.sampled_from([0.5, 2.0, 10.0]),
        half_life=st.sampled_from([timedelta(days=7), timedelta(days=300)]),
    ),
    max_size=3,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(plans, rules)
def test_boosts_never_change_what_is_found_and_counted_and_the_order_is_one_over_all_pages(
    told: Sequence[tuple[str | None, int, str]], boosts: Sequence[Boost]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        for number, (department, age, text) in enumerate(told):
            fields = {"updated_at": NOON - timedelta(days=age)} | (
                {"department": department} if department else {}
            )
            library.add(f"https://i.example/{number}", text, title=text, fields=fields)
        plain, raised = library.retriever(), library.retriever(tuning=Tuning(boosts=tuple(boosts)))
        question = Question("travel plan", facets=(Facet("department"),), page_size=50)
        before, after = plain.search(question), raised.search(question)
        assert (sorted(urls(after)), after.total, after.facets) == (
            sorted(urls(before)), before.total, before.facets,
        )  # fmt: skip
        assert [hit.score for hit in after.hits] == sorted((hit.score for hit in after.hits), reverse=True)
        assert paged(raised, replace(question, page_size=2)) == urls(after)
        filtered = replace(question, filter=Comparison("department", "eq", "HR"))
        assert sorted(urls(raised.search(filtered))) == sorted(urls(plain.search(filtered)))
        check_collapsed(raised.search(replace(question, collapse=Collapse("department", 9))), after.hits)
        library.close()


def paged(retriever: Retriever, question: Question) -> list[str]:
    shown: list[str] = []
    while True:
        page = retriever.search(question)
        shown += urls(page)
        if not page.has_more:
            return shown
        question = replace(question, shown=page.shown)


def check_collapsed(collapsed: Results, hits: Sequence[Hit]) -> None:
    """Each group stands where its best document does, and within it the order is the same."""
    groups: dict[object, list[str]] = {}
    for hit in hits:
        groups.setdefault(hit.fields.get("department", hit.url), []).append(hit.url)
    assert [[hit.url, *(each.url for each in hit.more)] for hit in collapsed.hits] == list(groups.values())
