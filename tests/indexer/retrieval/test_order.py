"""The order of results by several keys, results that are collapsed, and pages while documents come and go."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from indexer.retrieval import ordering, ranking
from indexer.retrieval.question import RELEVANCE, Collapse, Question, Results, SortKey
from indexer.retrieval.retriever import Retriever
from tests.indexer.retrieval.library import Library

KEYS = (
    SortKey("department"),
    SortKey("price", is_descending=True),
    SortKey("updated_at"),
    SortKey(RELEVANCE),
)

texts = st.lists(st.sampled_from(["apple", "pear", "plum"]), min_size=1, max_size=4).map(" ".join)
rows = st.tuples(
    texts,
    st.sampled_from([None, "HR", "IT", "Law"]),
    st.sampled_from([None, 1.0, 2.5]),
)


def filled(
    library: Library, told: Sequence[tuple[str, str | None, float | None]]
) -> dict[str, dict[str, Any]]:
    """Add the documents; their fields by id."""
    by_id = {}
    for number, (text, department, price) in enumerate(told):
        fields = {
            name: value for name, value in (("department", department), ("price", price)) if value is not None
        }
        by_id[library.add(f"https://i.example/{number}", text, title="Fruit", fields=fields)] = fields
    return by_id


def by_hand(results: Results, by_id: dict[str, dict[str, Any]], keys: Sequence[SortKey]) -> list[str]:
    """The hits put in order by the keys, most important last, each sort leaving equal ones as they stood."""
    ids = [hit.document_id for hit in results.hits]
    scores = {hit.document_id: hit.score for hit in results.hits}
    for key in reversed(keys):
        if key.field == RELEVANCE:
            ids.sort(key=lambda each: -scores[each])
            continue
        having = [each for each in ids if key.field in by_id[each]]
        values = {each: by_id[each][key.field] for each in having}
        having = sorted(having, key=values.__getitem__, reverse=key.is_descending)
        ids = having + [each for each in ids if each not in values]
    return ids


@pytest.mark.parametrize("text", ["apple pear", ""])
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(rows, min_size=1, max_size=14))
def test_several_keys_put_results_in_order_like_stable_sorts_by_relevance_first(
    text: str, told: list[tuple[str, str | None, float | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "_PORTION", 3)
        library = Library(Path(folder))
        by_id = filled(library, told)
        retriever = library.retriever()
        relevant = retriever.search(Question(text, sort=(SortKey("view_count"),), page_size=50))
        for keys in permutations(KEYS, 2):
            found = retriever.search(Question(text, sort=keys, page_size=50))
            assert [hit.document_id for hit in found.hits] == by_hand(relevant, by_id, keys), keys
        library.close()


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(rows, min_size=1, max_size=14), st.integers(0, 3), st.booleans())
def test_each_value_leads_by_its_best_document_and_holds_the_next_ones(
    told: list[tuple[str, str | None, float | None]], size: int, sorts: bool
) -> None:
    keys = KEYS[1:2] if sorts else ()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "_GROUPED", 3)
        library = Library(Path(folder))
        by_id = filled(library, told)
        retriever = library.retriever()
        single = retriever.search(Question("apple pear", sort=keys, page_size=50))
        groups: dict[str, list[str]] = {}
        for hit in single.hits:
            group = by_id[hit.document_id].get("department", hit.document_id)
            groups.setdefault(group, []).append(hit.document_id)
        question = Question("apple pear", sort=keys, collapse=Collapse("department", size), page_size=50)
        found = retriever.search(question)
        library.close()
    assert [[hit.document_id, *(each.document_id for each in hit.more)] for hit in found.hits] == [
        members[: size + 1] for members in groups.values()
    ]
    assert (found.total, found.groups) == (len(told), len(groups))


def paged(retriever: Retriever, question: Question, shown: tuple[bytes, ...]) -> Results:
    """The next page."""
    retriever.refresh()
    return retriever.search(
        Question(question.text, sort=question.sort, collapse=question.collapse, page_size=2, shown=shown)
    )


updates = st.lists(
    st.one_of(
        st.tuples(st.just("add"), rows),
        st.tuples(st.just("remove"), st.integers(0, 9)),
    ),
    max_size=3,
)


@pytest.mark.parametrize("question", [
    Question("apple pear"), Question(""), Question("apple", sort=(SortKey("price"), SortKey("department"))),
])  # fmt: skip
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(told=st.lists(rows, min_size=3, max_size=10), between=st.lists(updates, max_size=4))
def test_whatever_changes_between_pages_none_is_shown_twice_and_none_that_stays_is_lost(
    question: Question, told: list[tuple[str, str | None, float | None]], between: list[list[tuple[str, Any]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        names = list(filled(library, told))
        staying, added = set(names), 100
        retriever = library.retriever()
        page, seen = Results((), 0, has_more=True), []
        while page.has_more:
            page = paged(retriever, question, page.shown)
            seen += [hit.document_id for hit in page.hits]
            for kind, what in between.pop() if between else ():
                if kind == "remove" and what < len(names):
                    library.remove_from_catalog(names[what])
                    library.remove_from_indexes(names[what])
                    staying.discard(names[what])
                elif kind == "add":
                    added += 1
                    text, department, price = what
                    fields = {"department": department or "new", "price": price or 9.0}
                    library.add(f"https://i.example/{added}", text, title="Fruit", fields=fields)
            library.publish()
        library.close()
    assert len(seen) == len(set(seen))
    assert staying <= set(seen)


def test_a_value_that_was_shown_is_not_shown_again_when_another_document_leads(library: Library) -> None:
    for number, department in enumerate(("HR", "IT", "Law")):
        library.add(f"https://i.example/{number}", "apple", fields={"department": department})
    retriever = library.retriever()
    question = Question("apple", collapse=Collapse("department", 0))
    first = paged(retriever, question, ())
    library.add("https://i.example/new", "apple apple", fields=first.hits[0].fields)
    library.publish()
    second = paged(retriever, question, first.shown)
    values = [hit.fields["department"] for page in (first, second) for hit in page.hits]
    assert sorted(map(str, values)) == ["HR", "IT", "Law"]
    assert not second.has_more


def test_equal_documents_stand_by_their_ids_however_many_there_are(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "_PORTION", 3)
    monkeypatch.setattr(ordering, "_WIDENING", 2)
    monkeypatch.setattr("indexer.retrieval.candidates.NEAREST", 1)
    monkeypatch.setattr("indexer.retrieval.candidates.MATCHING", 1)
    ids = sorted(library.add(f"https://i.example/{n}", "apple", title="Fruit") for n in range(20))
    retriever = library.retriever()
    found = [hit.document_id for hit in retriever.search(Question("apple", page_size=30)).hits]
    assert found[1:] == [each for each in ids if each != found[0]]
    browsed = retriever.search(Question("", page_size=30))
    assert [hit.document_id for hit in browsed.hits] == ids
