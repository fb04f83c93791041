"""Content gaps: what means the same together, with addresses and synonyms that may help."""

from __future__ import annotations

import numpy as np

from catalog.failed_queries import OpenedInstead, RefusedUrl
from catalog.query_statistics import QueryCount
from search_api.analytics.gaps import Gap, Synonyms, clustered, proposed_seeds, proposed_synonyms


def asked(query: str, count: int = 1) -> QueryCount:
    return QueryCount(query, count, 1, 0, None)


HOLIDAYS = Gap((asked("holiday rules", 5), asked("What are the rules of holidays?", 2)))


def test_questions_with_near_vectors_are_one_gap_and_the_largest_comes_first() -> None:
    failed = [asked("roof", 4), asked("vpn from home", 3), asked("remote network", 2), asked("lunch", 1)]
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0.8, 0.6], [0, 0, 1]], np.float32)
    gaps = clustered(failed, vectors)
    assert [[each.query for each in gap.questions] for gap in gaps] == [
        ["vpn from home", "remote network"],
        ["roof"],
        ["lunch"],
    ]
    assert [gap.count for gap in gaps] == [5, 4, 1]


def test_without_vectors_each_question_is_a_gap_of_its_own() -> None:
    assert [gap.count for gap in clustered([asked("a", 2), asked("b", 1)], None)] == [2, 1]
    assert clustered([], None) == []


def test_the_words_of_a_gap_are_those_that_tell_the_most_frequent_first() -> None:
    assert HOLIDAYS.words == ("rules", "holiday", "holidays")


def test_addresses_with_most_words_of_the_questions_are_proposed() -> None:
    refused = [
        RefusedUrl("https://p.example/rules", None, "out_of_scope"),
        RefusedUrl("https://p.example/a", "Rules for your HOLIDAY", "out_of_scope"),
        RefusedUrl("https://p.example/holidays/rules/2026", "x", "too_deep"),
        RefusedUrl("https://p.example/other", "Canteen", "out_of_scope"),
    ]
    proposed = [each.url for each in proposed_seeds(HOLIDAYS, refused)]
    assert proposed == ["https://p.example/holidays/rules/2026", "https://p.example/a"]


def test_words_that_several_callers_went_between_are_synonyms() -> None:
    opened = [
        OpenedInstead("holiday rules", "leave rules", "d1", 2),
        OpenedInstead("holiday rules", "holiday rules", "d1", 1),
        OpenedInstead("something else", "roof", "d2", 9),
    ]
    found = proposed_synonyms(HOLIDAYS, opened, {"d1": "Leave"})
    assert found == (Synonyms(("holiday", "leave"), 3),)
    assert proposed_synonyms(HOLIDAYS, opened[1:], {"d1": "Leave"}) == ()
