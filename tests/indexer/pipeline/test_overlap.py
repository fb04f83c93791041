"""Reading, embedding and publishing at once: nothing twice, nothing out of order, one error ends all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import pytest

from catalog.database import Catalog
from catalog.documents import pending_count
from indexer import chunkers, overlap
from indexer.channel import AbandonedError, Channel
from indexer.embedding.embedder import Ids, ModelError, ModelServerError, Tokenising, Vectors
from indexer.feed import BATCH_SECONDS, FIRST_DOCUMENTS, MOST_DOCUMENTS, PendingFeed, next_size
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from settings.configuration import Settings
from tests.indexer.pipeline.support import WordEmbedder, add, change, found, reassign, remove
from tests.indexer.pipeline.test_pipeline import chunk_ids, run


class HeldEmbedder(WordEmbedder):
    """Embeds nothing before it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.set()
        assert self.go_on.wait(30)
        return super().embed_passages(texts)


class TokenEmbedder(WordEmbedder):
    """Wants tokens made ahead, as a model on a GPU does, and keeps them by text."""

    def __init__(self) -> None:
        super().__init__()
        self.tokenising = Tokenising(self.tokenizer.to_str(), self.passage_prompt)
        self.given: dict[str, list[int]] = {}

    def submit_passages(self, texts: Sequence[str], tokens: Sequence[Ids] | None = None) -> Future[Vectors]:
        assert tokens is not None
        self.given.update({text: ids.tolist() for text, ids in zip(texts, tokens, strict=True)})
        done: Future[Vectors] = Future()
        done.set_result(self.embed_passages(texts))
        return done


class FailingEmbedder(WordEmbedder):
    """Fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.failures = list(failures)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.failures:
            raise self.failures.pop(0)
        return super().embed_passages(texts)


class TiringEmbedder(WordEmbedder):
    """Fails after so many slices."""

    def __init__(self, slices: int) -> None:
        super().__init__()
        self.left = slices

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.left == 0:
            raise ModelError("worn out")
        self.left -= 1
        return super().embed_passages(texts)


def pending(catalog: Catalog) -> int:
    with catalog.read() as connection:
        return pending_count(connection)


def test_a_text_that_is_being_embedded_for_one_batch_is_not_embedded_for_the_next(
    catalog: Catalog, settings: Settings
) -> None:
    for number in range(3 * FIRST_DOCUMENTS):
        add(catalog, f"https://intranet.example/{number}/same", "The same.")
    done, embedded = run(catalog, settings)
    assert (done.documents, done.embedded, len(embedded)) == (3 * FIRST_DOCUMENTS, 1, 1)
    assert found(settings) == chunk_ids(catalog)
    assert len(chunk_ids(catalog)) == 3 * FIRST_DOCUMENTS


def test_a_deletion_and_a_changed_access_list_do_not_wait_for_the_model(
    catalog: Catalog, settings: Settings, staff: int
) -> None:
    gone = add(catalog, "https://intranet.example/gone", "One.")
    secret = add(catalog, "https://intranet.example/secret", "Two.")
    run(catalog, settings)
    embedder = HeldEmbedder()
    steps: list[Progress] = []
    with Pipeline(catalog, settings, embedder=embedder, report=steps.append) as pipeline:
        for number in range(FIRST_DOCUMENTS):
            add(catalog, f"https://intranet.example/{number}", f"Text {number}.")
        remove(catalog, gone)
        reassign(catalog, secret, staff)
        worker = threading.Thread(target=pipeline.run_once)
        worker.start()
        assert embedder.asked.wait(30)
        _wait_for(lambda: found(settings) == [])  # nothing public is left, and nothing new is there yet
        embedder.go_on.set()
        worker.join()
    assert len(found(settings)) == FIRST_DOCUMENTS
    assert pending(catalog) == 0


def _wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(300):
        if condition():
            return
        pause.wait(0.1)
    raise AssertionError("it never came to that")


def test_a_document_that_changes_while_it_is_embedded_is_indexed_again_afterwards(
    catalog: Catalog, settings: Settings
) -> None:
    document = add(catalog, "https://intranet.example/a", "Old.")
    embedder = HeldEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        worker = threading.Thread(target=pipeline.run_once)
        worker.start()
        assert embedder.asked.wait(30)
        change(catalog, document, "New.")
        embedder.go_on.set()
        worker.join()
    assert embedder.seen == ["a\nPart 0\n\nOld.", "a\nPart 0\n\nNew."]
    assert found(settings) == chunk_ids(catalog)
    assert (len(chunk_ids(catalog)), pending(catalog)) == (1, 0)


def test_an_error_of_the_model_ends_the_run_and_leaves_the_work_pending(
    catalog: Catalog, settings: Settings
) -> None:
    for number in range(3 * FIRST_DOCUMENTS):
        add(catalog, f"https://intranet.example/{number}", f"Text {number}.")
    with (
        pytest.raises(ModelError, match="out of order"),
        Pipeline(catalog, settings, embedder=FailingEmbedder(ModelError("out of order"))) as pipeline,
    ):
        pipeline.run_once()
    assert pending(catalog) == 3 * FIRST_DOCUMENTS
    assert _index_threads() == []
    run(catalog, settings)
    assert found(settings) == chunk_ids(catalog)


def test_a_model_on_a_gpu_is_given_the_tokens_of_each_text(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunkers, "LEAST_DOCUMENTS", 1)
    monkeypatch.setattr(chunkers, "_processes_here", lambda: 1)
    monkeypatch.setattr(overlap, "LARGE_SLICE", 2)
    for number in range(5):
        add(catalog, f"https://intranet.example/{number}", f"Text {number}.")
    embedder = TokenEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        assert pipeline.run_once().embedded == 5
    assert embedder.given == {text: embedder.tokenizer.encode(text).ids for text in embedder.seen}
    assert len(embedder.given) == 5
    assert found(settings) == chunk_ids(catalog)


def test_what_was_embedded_before_an_error_is_kept(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlap, "SLICE", 2)
    for number in range(7):
        add(catalog, f"https://intranet.example/{number}", f"Text {number}.")
    with (
        pytest.raises(ModelError, match="worn out"),
        Pipeline(catalog, settings, embedder=TiringEmbedder(slices=2)) as pipeline,
    ):
        pipeline.run_once()
    done, embedded = run(catalog, settings)
    assert (done.documents, len(embedded)) == (7, 3)


def _index_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("index-")]


def test_while_an_embedding_server_is_away_everything_waits_for_it(
    catalog: Catalog, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    add(catalog, "https://intranet.example/a", "One.")
    away = [ModelServerError("no answer"), ModelServerError("still no answer")]
    embedder = FailingEmbedder(*away)
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        assert pipeline.watch(lambda: not embedder.failures).documents == 1
    assert [record.message for record in caplog.records] == ["no answer; what is pending waits for it"]
    assert found(settings) == chunk_ids(catalog)


def test_an_embedding_server_that_stays_away_is_told_when_the_watch_ends(
    catalog: Catalog, settings: Settings
) -> None:
    add(catalog, "https://intranet.example/a", "One.")
    with (
        pytest.raises(ModelServerError, match="no answer"),
        Pipeline(catalog, settings, embedder=FailingEmbedder(ModelServerError("no answer"))) as pipeline,
    ):
        pipeline.watch(lambda: True)
    assert pending(catalog) == 1


def test_a_feed_gives_no_document_twice_before_it_is_done(catalog: Catalog) -> None:
    document = add(catalog, "https://intranet.example/a", "Text.")
    feed = PendingFeed(catalog)
    batches = iter(feed)
    first = next(batches)
    change(catalog, document, "Changed.")
    threading.Timer(0.3, feed.done, [first]).start()
    assert [(each.mark, each.document.version) for each in next(batches)] == [((document, 2), 2)]


def test_batches_grow_while_they_are_quick_and_shrink_when_they_are_slow() -> None:
    assert next_size(16, 16, BATCH_SECONDS / 100) == 32
    assert next_size(16, 16, BATCH_SECONDS) == 16
    assert next_size(16, 16, BATCH_SECONDS * 100) == 8
    assert next_size(16, 3, BATCH_SECONDS / 100) == 16  # no more were pending
    assert next_size(16, 3, BATCH_SECONDS * 100) == 1  # three huge ones
    assert next_size(MOST_DOCUMENTS, MOST_DOCUMENTS, BATCH_SECONDS / 100) == MOST_DOCUMENTS


def test_a_channel_ends_after_its_last_item_or_at_once_when_it_is_abandoned() -> None:
    channel: Channel[int] = Channel(2)
    channel.put(1)
    channel.put(2)
    channel.close()
    assert list(channel) == [1, 2]
    channel.abandon()
    with pytest.raises(AbandonedError):
        channel.put(3)
    with pytest.raises(AbandonedError):
        next(iter(channel))
