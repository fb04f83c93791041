"""From a configuration to answers: the indexes that the real pipeline wrote, asked by the real readers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.access import intern
from catalog.database import Catalog
from catalog.vocabulary import PUBLIC
from indexer.embedding.embedder import ModelError
from indexer.lexical.errors import LexicalIndexError
from indexer.pipeline import Pipeline
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from indexer.retrieval.retriever import EMPTY_INDEX
from settings.configuration import Settings
from tests.indexer.pipeline.support import WordEmbedder, add, change, make_settings, open_from, remove, served

SITE = "https://intranet.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def catalog(settings: Settings) -> Iterator[Catalog]:
    catalog = open_from(settings)
    yield catalog
    catalog.close()


def index(catalog: Catalog, settings: Settings) -> None:
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        pipeline.run_once()


def test_a_retriever_follows_the_pipeline_from_the_empty_index_on(
    catalog: Catalog, settings: Settings
) -> None:
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    assert retriever.search(Question("vacation")).notices == (EMPTY_INDEX,)
    first = add(catalog, f"{SITE}/vacation", "Thirty days of vacation a year")
    index(catalog, settings)
    retriever.refresh()
    results = retriever.search(Question("vacation"))
    assert [hit.document_id for hit in results.hits] == [first]
    assert results.notices == ()
    assert results.hits[0].passages[0].dense is not None
    change(catalog, first, "Nothing about free days any more")
    second = add(catalog, f"{SITE}/holidays", "Vacation is booked in the portal")
    index(catalog, settings)
    retriever.refresh()
    found = retriever.search(Question('"vacation"'))
    assert {hit.document_id for hit in found.hits} == {first, second}  # one by its title
    remove(catalog, second)
    assert second not in {hit.document_id for hit in retriever.search(Question("portal")).hits}
    index(catalog, settings)
    retriever.refresh()
    assert retriever.search(Question("portal")).total == 1


def test_access_is_kept_all_the_way(catalog: Catalog, settings: Settings) -> None:
    with catalog.write() as connection:
        staff = intern(connection, ["group:staff"], [])
    add(catalog, f"{SITE}/open", "Lunch is served at noon", access_id=PUBLIC)
    add(catalog, f"{SITE}/staff", "Lunch for staff is free", access_id=staff)
    index(catalog, settings)
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    assert [hit.url for hit in retriever.search(Question("lunch")).hits] == [f"{SITE}/open"]
    everything = retriever.search(Question("lunch", frozenset({"group:staff"})))
    assert {hit.url for hit in everything.hits} == {f"{SITE}/open", f"{SITE}/staff"}
    assert retriever.search(Question("lunch")).total == 1


def test_a_rebuild_is_followed_without_reopening(catalog: Catalog, settings: Settings) -> None:
    name = add(catalog, f"{SITE}/a", "Parking is behind the house")
    index(catalog, settings)
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        pipeline.rebuild()
    retriever.refresh()
    assert [hit.document_id for hit in retriever.search(Question("parking")).hits] == [name]


def test_a_damaged_half_is_told_with_every_answer_while_the_former_state_goes_on_answering(
    catalog: Catalog, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    name = add(catalog, f"{SITE}/a", "Parking is behind the house")
    index(catalog, settings)
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    retriever.prepare()
    build = served(settings)
    assert build is not None
    meta = build.lexical / "passages" / "meta.json"
    meta.write_text("broken")
    retriever.refresh()
    retriever.refresh()
    results = retriever.search(Question("parking"))
    assert [hit.document_id for hit in results.hits] == [name]
    assert "indexer rebuild" in results.notices[0]
    assert len([each for each in caplog.records if "indexer rebuild" in each.message]) == 1
    with pytest.raises(LexicalIndexError, match="indexer rebuild"):
        open_retriever(catalog, settings, embedder=WordEmbedder())


def test_a_model_that_cannot_be_loaded_leaves_the_words(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> WordEmbedder:
        raise ModelError("the bundled model is not installed; install it again")

    monkeypatch.setattr("indexer.retrieval.opening.open_embedder", missing)
    add(catalog, f"{SITE}/a", "Parking is behind the house")
    index(catalog, settings)
    results = open_retriever(catalog, settings).search(Question("parking"))
    assert results.total == 1
    expected = "answered by words alone: the bundled model is not installed; install it again"
    assert results.notices == (expected,)
