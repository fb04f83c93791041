"""Documents indexed and asked by an embedding server that goes away and comes back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from catalog.documents import pending_count
from indexer.embedding.embedder import ModelServerError
from indexer.pipeline import Pipeline
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question, Results
from settings.configuration import Settings
from tests.indexer.pipeline.support import add, make_settings, open_from
from tests.support.embedding_server import serve_embeddings


def configured(folder: Path, url: str) -> Settings:
    settings = make_settings(folder)
    return Settings.model_validate(
        settings.model_dump(exclude_unset=True) | {"index": {"model": {"url": url, "name": "words"}}}
    )


def answered_by_both(retriever: FollowingRetriever, question: Question) -> Results:
    """Ask until no notice is left."""
    deadline = time.monotonic() + 60
    while (found := retriever.search(question)).notices:
        assert time.monotonic() < deadline, found.notices
        time.sleep(0.1)
    return found


def test_words_answer_while_the_server_is_gone_and_both_halves_when_it_is_back(tmp_path: Path) -> None:
    with serve_embeddings() as server:
        settings = configured(tmp_path, server.url)
        catalog = open_from(settings)
        add(catalog, "https://intranet.example/a", "Parking is behind the house")
        with Pipeline(catalog, settings) as pipeline:
            assert pipeline.run_once().embedded == 1
        question = Question("parking")
        retriever = open_retriever(catalog, settings)
        found = retriever.search(question)
        assert (found.total, found.notices) == (1, ())
        assert found.hits[0].passages[0].dense is not None
        server.behave(status=500)
        question = Question("house")  # the first one is remembered
        found = retriever.search(question)
        assert found.total == 1
        expected = f"answered by words alone: the embedding server {server.url}/ answered 500 (out of order)"
        assert found.notices == (expected,)
        server.behave()
        assert answered_by_both(retriever, question).hits[0].passages[0].dense is not None

        server.behave(status=400)
        add(catalog, "https://intranet.example/b", "Lunch is served at noon")
        with (
            Pipeline(catalog, settings) as pipeline,
            pytest.raises(ModelServerError, match="what is pending"),
        ):
            pipeline.run_once()
        with catalog.read() as connection:
            assert pending_count(connection) == 1
        server.behave()
        with Pipeline(catalog, settings) as pipeline:
            assert pipeline.run_once().documents == 1
        catalog.close()
