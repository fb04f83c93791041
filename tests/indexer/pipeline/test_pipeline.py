"""Documents become searchable, change, and leave; nothing is embedded twice or shown twice."""

from __future__ import annotations

import shutil
import threading

import pytest
from sqlalchemy import select

from catalog.chunks import chunks_of_documents
from catalog.database import Catalog
from catalog.documents import mark_indexed, pending_count
from catalog.tables import chunks
from indexer.feed import FIRST_DOCUMENTS
from indexer.layout import IndexLayout
from indexer.lock import IndexerBusyError, IndexerLock
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from settings.configuration import Settings
from settings.fields import FieldSettings, FieldType
from settings.index import ChunkSettings
from tests.indexer.pipeline.support import (
    WordEmbedder,
    add,
    change,
    found,
    lexical_documents,
    reassign,
    remove,
)


def run(catalog: Catalog, settings: Settings) -> tuple[Progress, list[str]]:
    """What a new indexer process did, and the texts that it embedded."""
    embedder = WordEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        return pipeline.run_once(), embedder.seen


def chunk_ids(catalog: Catalog) -> list[int]:
    with catalog.read() as connection:
        return sorted(connection.execute(select(chunks.c.id).where(chunks.c.ordinal >= 0)).scalars())


def with_chunks(settings: Settings, tokens: int) -> Settings:
    chunk = ChunkSettings(tokens=tokens, overlap=0)
    return settings.model_copy(update={"index": settings.index.model_copy(update={"chunk": chunk})})


def test_pending_documents_become_searchable(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "About vacation.", "About sickness.")
    add(catalog, "https://intranet.example/b", "About expenses.")
    done, embedded = run(catalog, settings)
    assert done == Progress(documents=2, chunks=3, embedded=3, pending=0)
    assert "a\nPart 0\n\nAbout vacation." in embedded
    assert found(settings) == chunk_ids(catalog)
    assert lexical_documents(settings) == 2
    with catalog.read() as connection:
        assert pending_count(connection) == 0


def test_nothing_pending_does_nothing(catalog: Catalog, settings: Settings) -> None:
    assert run(catalog, settings) == (Progress(), [])
    assert not IndexLayout(settings.store.directory).index.exists()


def test_many_documents_are_indexed_in_batches(catalog: Catalog, settings: Settings) -> None:
    for number in range(FIRST_DOCUMENTS + 1):
        add(catalog, f"https://intranet.example/{number}", f"Text {number}.")
    steps: list[Progress] = []
    with Pipeline(catalog, settings, embedder=WordEmbedder(), report=steps.append) as pipeline:
        pipeline.run_once()
    assert [(step.documents, step.pending) for step in steps] == [(FIRST_DOCUMENTS, 1), (1, 0)]
    assert found(settings) == chunk_ids(catalog)


def test_one_changed_paragraph_is_the_only_one_embedded_again(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, "https://intranet.example/a", "One.", "Two.", "Three.")
    run(catalog, settings)
    before = chunk_ids(catalog)
    change(catalog, document, "One.", "Two, changed.", "Three.")
    done, embedded = run(catalog, settings)
    assert (done.chunks, done.embedded) == (3, 1)
    assert embedded == ["a\nPart 1\n\nTwo, changed."]
    assert found(settings) == chunk_ids(catalog)
    assert len(set(before) & set(chunk_ids(catalog))) == 2


def test_text_that_comes_back_is_not_embedded_again(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, "https://intranet.example/a", "One.")
    run(catalog, settings)
    change(catalog, document, "Two.")
    run(catalog, settings)
    change(catalog, document, "One.")
    assert run(catalog, settings)[1] == []
    assert len(found(settings)) == 1


def test_the_same_text_in_two_documents_is_embedded_once_and_found_twice(
    catalog: Catalog, settings: Settings, staff: int
) -> None:
    add(catalog, "https://intranet.example/x/a", "The same.")
    add(catalog, "https://intranet.example/y/a", "The same.", access_id=staff)
    assert len(run(catalog, settings)[1]) == 1
    assert len(found(settings, frozenset({1, staff}))) == 2
    assert len(found(settings, frozenset({1}))) == 1


def test_a_deleted_document_leaves_both_indexes(catalog: Catalog, settings: Settings) -> None:
    gone = add(catalog, "https://intranet.example/a", "One.", "Two.")
    add(catalog, "https://intranet.example/b", "Three.")
    run(catalog, settings)
    remove(catalog, gone)
    done, embedded = run(catalog, settings)
    assert (done.documents, done.chunks, embedded) == (1, 0, [])
    assert found(settings) == chunk_ids(catalog)
    assert len(chunk_ids(catalog)) == 1
    assert lexical_documents(settings) == 1


def test_a_document_that_lost_text_loses_its_rows(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, "https://intranet.example/a", "One.", "Two.", "Three.")
    run(catalog, settings)
    change(catalog, document, "One.")
    run(catalog, settings)
    assert found(settings) == chunk_ids(catalog)
    assert len(chunk_ids(catalog)) == 1


def test_another_access_list_shows_at_once_and_embeds_nothing(
    catalog: Catalog, settings: Settings, staff: int
) -> None:
    document = add(catalog, "https://intranet.example/a", "Secret.")
    run(catalog, settings)
    reassign(catalog, document, staff)
    assert run(catalog, settings)[1] == []
    assert found(settings, frozenset({1})) == []
    assert found(settings, frozenset({staff})) == chunk_ids(catalog)


def test_chunks_carry_what_a_result_shows(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, "https://intranet.example/a", "Thirty days.")
    run(catalog, settings)
    with catalog.read() as connection:
        (stored,) = chunks_of_documents(connection, [document])[document]
    assert stored.ordinal == 0
    assert stored.content.text == "Part 0\n\nThirty days."
    assert stored.content.heading_path == ("Part 0",)
    assert (stored.content.start, stored.content.end) == (0, 20)


def test_a_deleted_index_is_built_again_without_embedding(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.", "Two.")
    run(catalog, settings)
    shutil.rmtree(IndexLayout(settings.store.directory).index)
    add(catalog, "https://intranet.example/b", "Three.")
    assert run(catalog, settings)[1] == ["b\nPart 0\n\nThree."]
    assert found(settings) == chunk_ids(catalog)
    assert lexical_documents(settings) == 2


def test_a_deleted_index_is_built_again_even_when_nothing_is_pending(
    catalog: Catalog, settings: Settings
) -> None:
    add(catalog, "https://intranet.example/a", "One.", "Two.")
    run(catalog, settings)
    shutil.rmtree(IndexLayout(settings.store.directory).index)
    assert run(catalog, settings) == (Progress(documents=1, chunks=2), [])
    assert found(settings) == chunk_ids(catalog)


def test_another_model_embeds_everything_beside_the_old_vectors(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.", "Two.")
    run(catalog, settings)
    index = settings.index.model_copy(update={"model": "another"})
    embedder = WordEmbedder("words-2")
    with Pipeline(catalog, settings.model_copy(update={"index": index}), embedder=embedder) as pipeline:
        pipeline.run_once()
    assert len(embedder.seen) == 2
    assert found(settings, model="words-2") == chunk_ids(catalog)


def test_rebuild_gives_the_same_rows_without_embedding(
    catalog: Catalog, settings: Settings, staff: int
) -> None:
    add(catalog, "https://intranet.example/a", "One.", "Two.")
    gone = add(catalog, "https://intranet.example/b", "Three.")
    add(catalog, "https://intranet.example/c", "Four.", access_id=staff)
    run(catalog, settings)
    remove(catalog, gone)
    run(catalog, settings)
    before = found(settings), found(settings, frozenset({staff}))
    embedder = WordEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        assert pipeline.rebuild().documents == 2
    assert embedder.seen == []
    assert (found(settings), found(settings, frozenset({staff}))) == before
    assert lexical_documents(settings) == 2


def test_lost_embeddings_are_made_again(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.", "Two.")
    run(catalog, settings)
    shutil.rmtree(IndexLayout(settings.store.directory).embeddings("words-1"))
    embedder = WordEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        pipeline.rebuild()
    assert len(embedder.seen) == 2
    assert found(settings) == chunk_ids(catalog)


def test_a_damaged_segment_is_built_again(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.")
    run(catalog, settings)
    (vectors,) = IndexLayout(settings.store.directory).index.glob("*/vectors/segments/*/vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    add(catalog, "https://intranet.example/b", "Two.")
    run(catalog, settings)
    assert found(settings) == chunk_ids(catalog)


def test_a_second_indexer_is_told_who_is_writing(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.")
    lock = IndexerLock(IndexLayout(settings.store.directory).lock)
    lock.acquire()
    with (
        pytest.raises(IndexerBusyError, match=r"process \d+ on \S+ is writing the indexes"),
        Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline,
    ):
        pipeline.run_once()
    lock.release()
    assert run(catalog, settings)[0].documents == 1


def test_watching_goes_on_until_it_is_told_to_stop_and_leaves_nothing_pending(
    catalog: Catalog, settings: Settings
) -> None:
    waves = iter(["https://intranet.example/a", "https://intranet.example/b"])

    def stop() -> bool:
        url = next(waves, None)
        if url is not None:
            add(catalog, url, f"About {url}.")
        return url is None

    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        assert pipeline.watch(stop).documents == 2
    assert found(settings) == chunk_ids(catalog)


def test_a_watcher_waits_for_its_turn(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.")
    lock = IndexerLock(IndexLayout(settings.store.directory).lock)
    lock.acquire()
    threading.Timer(0.5, lock.release).start()
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        assert pipeline.watch(lambda: True).documents == 1


def test_a_watcher_is_done_when_another_process_did_the_work(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, "https://intranet.example/a", "One.")
    lock = IndexerLock(IndexLayout(settings.store.directory).lock)
    lock.acquire()

    def work_elsewhere() -> None:
        with catalog.write() as connection:
            mark_indexed(connection, [(document, 1)])

    threading.Timer(0.5, work_elsewhere).start()
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        assert pipeline.watch(lambda: True) == Progress()
    lock.release()


def test_a_changed_chunk_size_takes_effect_with_a_rebuild(catalog: Catalog, settings: Settings) -> None:
    words = "Each sentence of this long text has nine words. " * 20
    add(catalog, "https://intranet.example/a", words)
    run(catalog, settings)
    coarse = len(chunk_ids(catalog))
    smaller = with_chunks(settings, 50)
    with Pipeline(catalog, smaller, embedder=WordEmbedder()) as pipeline:
        pipeline.rebuild()
    assert len(chunk_ids(catalog)) > coarse
    assert found(settings) == chunk_ids(catalog)


def test_a_killed_rebuild_is_begun_again(catalog: Catalog, settings: Settings) -> None:
    for name in ("a", "b"):
        add(catalog, f"https://intranet.example/{name}", "Each sentence of this text has nine words. " * 20)
    run(catalog, settings)
    smaller = with_chunks(settings, 50)

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        Pipeline(catalog, smaller, embedder=WordEmbedder(), report=interrupt) as pipeline,
    ):
        pipeline.rebuild()
    assert found(settings) == chunk_ids(catalog)
    add(catalog, "https://intranet.example/c", "New.")
    run(catalog, smaller)
    assert found(settings) == chunk_ids(catalog)
    assert lexical_documents(settings) == 3


def test_new_fields_make_the_words_be_indexed_anew(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/a", "One.")
    run(catalog, settings)
    fields = {**settings.fields, "department": FieldSettings(type=FieldType.STRING)}
    add(catalog, "https://intranet.example/b", "Two.")
    assert run(catalog, settings.model_copy(update={"fields": fields}))[1] == ["b\nPart 0\n\nTwo."]
    assert lexical_documents(settings) == 2
