"""What a question finds, and what it never finds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from indexer.embedding.embedder import ModelError
from indexer.lexical.reader import LexicalReader
from indexer.retrieval.dense import DenseHalf, QueryEmbedder
from indexer.retrieval.filters import InvalidFilterError
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.question import (
    Comparison,
    Facet,
    FacetCounts,
    FacetValue,
    Not,
    Question,
    Results,
    SortKey,
)
from indexer.retrieval.retriever import EMPTY_INDEX, Retriever
from tests.catalog.rows import NOON
from tests.indexer.retrieval.library import Library, Part


def urls(results: Results) -> list[str]:
    return [hit.url.removeprefix("https://i.example/") for hit in results.hits]


def site(name: str) -> str:
    return f"https://i.example/{name}"


def test_a_question_finds_the_document_that_answers_it_and_its_passage(library: Library) -> None:
    library.add(site("cats"), "Cats sleep most of the day.", title="Cats")
    library.add(
        site("db"),
        "This chapter is about the server.",
        Part("max_connections sets how many clients may connect at once.", ("Configuration", "Connections")),
        title="Server settings",
    )
    results = library.retriever().search(Question("What is max_connections?"))
    assert urls(results)[0] == "db"
    best = results.hits[0].passages[0]
    assert best.text.startswith("max_connections sets")
    assert best.heading_path == ("Configuration", "Connections")
    assert best.anchor == "part-1"
    assert best.dense is not None
    assert best.lexical is not None
    assert 0 < best.score <= 1
    assert results.terms == ("max", "connections")
    assert 0 < results.hits[0].score <= 1


def test_the_words_to_mark_are_without_function_words_of_the_questions_language(library: Library) -> None:
    library.add(site("urlaub"), "Der Urlaub wird im Portal beantragt.", language="de")
    library.add(site("leave"), "Leave is requested in the portal.")
    retriever = library.retriever()
    assert retriever.search(Question("Wo wird der Urlaub beantragt?")).terms == ("Urlaub", "beantragt")
    assert retriever.search(Question("Where is leave requested?")).terms == ("leave", "requested")


def test_nothing_outside_the_callers_principals_is_found_counted_or_faceted(library: Library) -> None:
    library.add(site("open"), "salary bands for everyone", fields={"department": "Press"})
    library.add(site("hr"), "salary bands of each person", allow=["group:hr"], fields={"department": "HR"})
    library.add(site("denied"), "salary bands", deny=["group:contractors"], fields={"department": "Board"})
    retriever = library.retriever()
    question = Question("salary bands", facets=(Facet("department"),))
    anonymous = retriever.search(question)
    assert set(urls(anonymous)) == {"open", "denied"}
    assert anonymous.total == 2
    assert {value.value for value in anonymous.facets["department"].values} == {"Press", "Board"}
    contractor = retriever.search(
        Question("salary bands", frozenset({"group:hr", "group:contractors"}), facets=(Facet("department"),))
    )
    assert set(urls(contractor)) == {"open", "hr"}
    assert {value.value for value in contractor.facets["department"].values} == {"Press", "HR"}


def test_hits_that_the_catalog_no_longer_confirms_are_dropped(library: Library) -> None:
    deleted = library.add(site("deleted"), "backup tapes rotate weekly")
    locked = library.add(site("locked"), "backup tapes are locked away")
    cut = library.add(site("cut"), "backup tapes were cut")
    library.add(site("kept"), "backup tapes stay")
    retriever = library.retriever()
    library.remove_from_catalog(deleted)
    library.give_access(locked, ["group:ops"])
    library.remove_chunks(cut)
    assert urls(retriever.search(Question("backup tapes"))) == ["kept"]
    passages = retriever.retrieve(Question("backup tapes"), 10)
    assert [passage.text for passage in passages] == ["backup tapes stay"]


def test_new_documents_are_found_after_a_refresh_without_reopening(library: Library) -> None:
    library.add(site("first"), "alpha release notes")
    retriever = library.retriever()
    later = library.add(site("second"), "alpha release party")
    library.publish()
    assert "second" not in urls(retriever.search(Question("party"), weights=FusionWeights(0, 1)))
    retriever.refresh()
    assert urls(retriever.search(Question("party")))[0] == "second"
    library.remove_from_indexes(later)
    library.publish()
    retriever.refresh()
    assert "second" not in urls(retriever.search(Question("party")))


def test_an_empty_index_says_so_and_finds_nothing(library: Library) -> None:
    results = library.retriever().search(Question("anything"))
    assert (results.hits, results.total, results.notices) == ((), 0, (EMPTY_INDEX,))
    assert library.retriever().retrieve(Question("anything"), 10) == ()


def test_a_missing_model_leaves_the_words_alone_to_answer_and_says_why(library: Library) -> None:
    library.add(site("a"), "the quarterly report")
    library.publish()

    def missing() -> QueryEmbedder:
        raise ModelError("the model 'x' is missing: install it")

    lexical = LexicalReader.open(library.folder / "lexical")
    retriever = Retriever(
        library.catalog, lexical, DenseHalf(missing, lambda _: library.vectors), FusionWeights()
    )
    results = retriever.search(Question("quarterly report"))
    assert urls(results) == ["a"]
    assert results.notices == ("answered by words alone: the model 'x' is missing: install it",)
    assert results.hits[0].passages[0].dense is None


def test_words_alone_answer_while_nothing_is_embedded_and_vectors_join_once_they_exist(
    library: Library,
) -> None:
    library.add(site("a"), "the quarterly report")
    library.publish()
    held, library.vectors.held = library.vectors.held, {}
    dense = DenseHalf(lambda: library.embedder, lambda _: library.vectors)
    retriever = Retriever(
        library.catalog, LexicalReader.open(library.folder / "lexical"), dense, FusionWeights()
    )
    assert "nothing is embedded with this model yet" in retriever.search(Question("report")).notices[0]
    library.vectors.held = held
    retriever.refresh()
    results = retriever.search(Question("report"))
    assert results.notices == ()
    assert results.hits[0].passages[0].dense is not None


def test_a_filter_restricts_both_halves_the_total_and_the_facets(library: Library) -> None:
    for number in range(30):
        library.add(
            site(f"p{number}"),
            f"travel expenses rule {number}",
            fields={"department": "HR" if number % 3 else "IT", "price": float(number)},
        )
    retriever = library.retriever()
    question = Question(
        "travel expenses",
        filter=Comparison("department", "eq", "IT"),
        facets=(Facet("department"),),
        page_size=50,
    )
    results = retriever.search(question)
    assert results.total == len(results.hits) == 10
    assert {hit.fields["department"] for hit in results.hits} == {"IT"}
    assert results.facets == {"department": FacetCounts((FacetValue("IT", 10),))}
    for weights in (FusionWeights(1, 0), FusionWeights(0, 1)):
        assert len(retriever.search(question, weights=weights).hits) == 10
    assert all(p.document_id for p in retriever.retrieve(question, 100))
    assert len(retriever.retrieve(question, 100)) == 10


def test_phrases_must_occur_and_excluded_words_must_not(library: Library) -> None:
    library.add(site("apart"), "shared memory and wal buffers")
    library.add(site("together"), "the shared buffers parameter", "and a second part about windows")
    library.add(site("linux"), "shared buffers on linux")
    retriever = library.retriever()
    assert set(urls(retriever.search(Question('"shared buffers"')))) == {"together", "linux"}
    excluded = retriever.search(Question('"shared buffers" -windows'))
    assert urls(excluded) == ["linux"]
    assert excluded.total == 1
    assert set(urls(retriever.search(Question("-windows")))) == {"apart", "linux"}


def test_every_counted_document_can_be_paged_to_exactly_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.retrieval.candidates.NEAREST", 7)
    monkeypatch.setattr("indexer.retrieval.candidates.MATCHING", 9)
    for number in range(40):
        library.add(site(f"n{number}"), f"holiday calendar number {number}", f"more holiday {number}")
    retriever = library.retriever()
    seen: list[str] = []
    page = Results((), 0, has_more=True)
    while page.has_more:
        page = retriever.search(Question("holiday calendar", shown=page.shown, page_size=6))
        assert page.total == 40
        assert all(hit.passages for hit in page.hits)
        seen += urls(page)
    assert len(seen) == len(set(seen)) == 40


def test_results_are_sorted_by_a_field_with_those_lacking_it_last(library: Library) -> None:
    for name, price in (("mid", 5.0), ("low", 1.0), ("high", 9.5)):
        library.add(site(name), "a laptop", fields={"price": price})
    library.add(site("none"), "a laptop without price")
    retriever = library.retriever()
    assert urls(retriever.search(Question("laptop", sort=(SortKey("price"),)))) == [
        "low",
        "mid",
        "high",
        "none",
    ]
    assert urls(retriever.search(Question("laptop", sort=(SortKey("price", is_descending=True),)))) == [
        "high",
        "mid",
        "low",
        "none",
    ]
    assert all(hit.passages for hit in retriever.search(Question("laptop", sort=(SortKey("price"),))).hits)


def test_a_blank_question_browses_everything_readable_newest_first(library: Library) -> None:
    for days, name in enumerate(("old", "newer", "newest")):
        library.add(site(name), f"text of {name}", fields={"updated_at": NOON + timedelta(days=days)})
    library.add(site("secret"), "hidden", allow=["user:eva"], fields={"updated_at": NOON})
    retriever = library.retriever()
    results = retriever.search(Question("  "))
    assert urls(results) == ["newest", "newer", "old"]
    assert results.total == 3
    assert results.hits[0].passages[0].text == "text of newest"
    filtered = retriever.search(Question("", filter=Not(Comparison("updated_at", "gt", NOON))))
    assert urls(filtered) == ["old"]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("x", filter=Comparison("departmnt", "eq", "HR")), "there is no field 'departmnt'"),
        (Question("x", facets=(Facet("nope"),)), "there is no field 'nope'"),
        (
            Question("x", sort=(SortKey("tags", is_descending=True),)),
            "'tags' has several values per document",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_named(library: Library, question: Question, message: str) -> None:
    library.add(site("a"), "x")
    with pytest.raises(InvalidFilterError, match=message):
        library.retriever().search(question)


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "-",
        '-"',
        "a AND (",
        "field:",
        "[x TO",
        "*",
        "~",
        "\\",
        "\x00",
        "\ud800",
        "' OR 1=1 --",
        "日本語",
        "?" * 999,
    ],
)
def test_no_question_is_a_syntax_error(library: Library, text: str) -> None:
    library.add(site("a"), "some text")
    library.retriever().search(Question(text))


def test_passages_for_a_language_model_come_several_per_document_best_first(library: Library) -> None:
    library.add(site("a"), "vacuum removes dead rows", "autovacuum runs vacuum by itself", "unrelated words")
    library.add(site("b"), "vacuum cleaner bags")
    passages = library.retriever().retrieve(Question("vacuum dead rows"), 3)
    assert passages[0].text == "vacuum removes dead rows"
    assert len(passages) == 3
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    assert library.retriever().retrieve(Question("vacuum"), 0) == ()
