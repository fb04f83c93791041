"""An embedding is made once, kept exactly, and found again by its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from catalog.database import Catalog, open_catalog
from indexer.embedding.embedder import ModelError, Vectors
from indexer.embedding.store import EmbeddingMissingError, EmbeddingStore, embedding_key
from tests.indexer.pipeline.support import WordEmbedder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path / "data")
    yield catalog
    catalog.close()


Open = Callable[[], tuple[EmbeddingStore, WordEmbedder]]


@pytest.fixture
def open_store(catalog: Catalog) -> Iterator[Open]:
    """Opens the store once more, as another process would, with a model that counts."""
    with ExitStack() as stack:

        def another() -> tuple[EmbeddingStore, WordEmbedder]:
            embedder = WordEmbedder()
            store = EmbeddingStore(catalog, catalog.directory / "embeddings", embedder)
            stack.callback(store.close)
            return store, embedder

        yield another


def ensure(opened: tuple[EmbeddingStore, WordEmbedder], texts: Sequence[str]) -> int:
    """Embed and keep what is missing of `texts`, as the indexer does; how many that were."""
    store, embedder = opened
    missing = store.missing(texts)
    store.keep(list(missing), embedder.embed_passages(list(missing.values())))
    return len(missing)


def test_vectors_come_back_exactly_and_in_order(open_store: Open) -> None:
    store, embedder = open_store()
    assert ensure((store, embedder), ["one", "two", "three"]) == 3
    found = store.read([store.key(text) for text in ("three", "one", "three")])
    assert np.array_equal(found, embedder.embed_passages(["three", "one", "three"]))


def test_no_text_is_embedded_twice_by_any_process(open_store: Open) -> None:
    first = open_store()
    assert ensure(first, ["one", "two", "one"]) == 2
    first[0].close()
    second, embedder = open_store()
    assert ensure((second, embedder), ["two", "three"]) == 1
    assert embedder.seen == ["three"]
    assert np.array_equal(
        second.read([second.key("one"), second.key("three")]), embedder.embed_passages(["one", "three"])
    )


def test_an_embedding_that_is_not_there_is_an_error_that_says_what_to_do(open_store: Open) -> None:
    store, _ = open_store()
    with pytest.raises(EmbeddingMissingError, match=r"lacks the embedding [0-9a-f]{32}: `indexer rebuild`"):
        store.read([store.key("never embedded")])


def test_a_shortened_shard_file_is_noticed_and_what_it_lost_made_again(
    catalog: Catalog, open_store: Open
) -> None:
    ensure(open_store(), ["one", "two"])
    (shard,) = (catalog.directory / "embeddings").iterdir()
    with shard.open("r+b") as opened:
        opened.truncate(32 * 2 + 5)
    again, embedder = open_store()
    assert ensure((again, embedder), ["one", "two"]) == 1
    assert embedder.seen == ["two"]
    assert np.array_equal(
        again.read([again.key("one"), again.key("two")]), embedder.embed_passages(["one", "two"])
    )


@pytest.mark.parametrize("damage", [b"\0" * 64, b"\xff" * 64])
def test_a_row_that_a_power_failure_took_is_noticed_and_made_again(
    catalog: Catalog, open_store: Open, damage: bytes
) -> None:
    ensure(open_store(), ["one", "two", "three"])
    (shard,) = (catalog.directory / "embeddings").iterdir()
    with shard.open("r+b") as opened:
        opened.seek(32 * 2)
        opened.write(damage)
    again, embedder = open_store()
    assert ensure((again, embedder), ["one", "two", "three"]) == 1
    assert embedder.seen == ["two"]
    assert np.array_equal(again.read([again.key("two")]), embedder.embed_passages(["two"]))


@pytest.mark.parametrize("value", [float("nan"), 0.0, 3.0])
def test_a_vector_that_is_none_is_refused_and_nothing_of_it_kept(
    open_store: Open, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    store, embedder = open_store()
    real = embedder.embed_passages

    def spoilt(texts: list[str]) -> Vectors:
        vectors = real(texts)
        vectors[0] *= np.float16(value)
        return vectors

    monkeypatch.setattr(embedder, "embed_passages", spoilt)
    with pytest.raises(ModelError, match=r"words-1 gave 1 of 2 passages a vector that is no number"):
        ensure((store, embedder), ["one", "two"])
    assert len(store.missing(["one", "two"])) == 2


def test_the_key_covers_model_prompt_and_text() -> None:
    keys = {
        embedding_key(model, prompt, text)
        for model in ("m", "n")
        for prompt in ("", "passage: ")
        for text in ("one", "One", "\ud800")
    }
    assert len(keys) == 12
    assert {len(key) for key in keys} == {16}
