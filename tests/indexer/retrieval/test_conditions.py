"""Conditions on what documents hold and where they lie, over a real index."""

from __future__ import annotations

import pytest

from indexer.retrieval.question import (
    AllOf,
    AnyOf,
    Comparison,
    Facet,
    Filter,
    Not,
    Phrase,
    Question,
    Site,
    Words,
)
from indexer.retrieval.retriever import Retriever
from tests.indexer.retrieval.library import Library


@pytest.fixture
def retriever(library: Library) -> Retriever:
    library.add("https://wiki.example.com/cats", "Two cats slept.", "The dog barked.", title="Animals")
    library.add("http://example.com:8080/dogs/1", "A dog and its kennel.", title="Dogs at home")
    library.add("https://notexample.com/", "Cat food, dog food", title="Shop", fields={"department": "HR"})
    library.add("https://example.com.evil.org/", "nothing of the kind", title="Else")
    library.add("https://example.com/hidden", "cats and a dog", title="Dogs", allow=["group:board"])
    return library.retriever()


def urls(retriever: Retriever, condition: Filter, text: str = "") -> set[str]:
    question = Question(text, condition=condition, facets=(Facet("department"),))
    results = retriever.search(question)
    assert results.total == len(results.hits)
    return {hit.url for hit in results.hits}


CATS = "https://wiki.example.com/cats"
DOGS = "http://example.com:8080/dogs/1"
SHOP = "https://notexample.com/"
ELSE = "https://example.com.evil.org/"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Words("cat"), {CATS, SHOP}),
        (Words("cats dog"), {CATS, SHOP}),
        (Words("the cats"), {CATS, SHOP}),
        (AllOf((Words("dog"), Not(Words("cat")))), {DOGS}),
        (AnyOf((Words("kennel"), Phrase("cat food"))), {DOGS, SHOP}),
        (Phrase("dog food"), {SHOP}),
        (Phrase("food dog"), {SHOP}),
        (Not(Words("dog")), {ELSE}),
        (Words("dog", in_title=True), {DOGS}),
        (Site("example.com"), {CATS, DOGS}),
        (Site("example.com:8080"), {DOGS}),
        (Site("example.com", "/dogs"), {DOGS}),
        (Site("wiki.example.com"), {CATS}),
        (Not(Site("example.com")), {SHOP, ELSE}),
        (AnyOf((Words("cat", in_title=True), Comparison("department", "eq", "HR"))), {SHOP}),
        (AllOf((Site("example.com"), Words("cat"))), {CATS}),
    ],
)
@pytest.mark.parametrize("text", ["", "dog cat nothing"])
def test_conditions_hold_for_whole_documents(
    retriever: Retriever, condition: Filter, expected: set[str], text: str
) -> None:
    assert urls(retriever, condition, text) == expected
