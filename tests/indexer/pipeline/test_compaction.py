"""Segments are merged beside indexing: nothing waits for it, and its failures change nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from catalog.database import Catalog
from indexer.compaction import Compactor
from indexer.pipeline import Pipeline
from indexer.vectors.writer import VectorWriter
from settings.configuration import Settings
from tests.indexer.pipeline.support import WordEmbedder, add, found
from tests.indexer.pipeline.test_pipeline import chunk_ids

Merge = Callable[[VectorWriter], bool]


def test_a_changed_page_does_not_wait_for_a_merge(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    merging, go_on = threading.Event(), threading.Event()

    def held(_: VectorWriter) -> bool:
        merging.set()
        assert go_on.wait(30)
        return False

    monkeypatch.setattr(VectorWriter, "merge", held)
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        try:
            add(catalog, "https://intranet.example/a", "One.")
            pipeline.run_once()
            assert merging.wait(30)
            add(catalog, "https://intranet.example/b", "Two.")
            pipeline.run_once()
            assert found(settings) == chunk_ids(catalog)
            assert len(chunk_ids(catalog)) == 2
        finally:
            go_on.set()


def test_what_was_just_written_is_still_merged_when_indexing_ends(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    merges: list[bool] = []
    real: Merge = VectorWriter.merge

    def noted(writer: VectorWriter) -> bool:
        merges.append(real(writer))
        return merges[-1]

    monkeypatch.setattr(VectorWriter, "merge", noted)
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        for number in range(8):
            add(catalog, f"https://intranet.example/{number}", f"Text {number}.")
            pipeline.run_once()
    assert merges.count(True) == 1  # eight segments of one document each: a full tier
    assert found(settings) == chunk_ids(catalog)
    assert [thread for thread in threading.enumerate() if thread.name == "index-compactor"] == []


def test_a_merge_that_finds_the_disk_full_is_told_and_tried_again(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [OSError(28, "No space left on device")]
    again = threading.Event()

    def failing(_: VectorWriter) -> bool:
        if failures:
            raise failures.pop()
        again.set()
        return False

    monkeypatch.setattr(VectorWriter, "merge", failing)
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        while not again.is_set():
            add(catalog, f"https://intranet.example/{len(chunk_ids(catalog))}", "Text.")
            pipeline.run_once()
    (told,) = caplog.messages
    assert told.startswith("segments of the vector index could not be merged, and stay as they are: ")
    assert "No space left on device" in told
    assert found(settings) == chunk_ids(catalog)


class BrokenMerge:
    """An index whose merge has a defect."""

    def merge(self) -> bool:
        raise ZeroDivisionError("a defect")


def test_a_defect_in_merging_ends_the_run() -> None:
    compactor = Compactor(BrokenMerge())  # type: ignore[arg-type]  # only its merge is called
    compactor.ask()
    with pytest.raises(ZeroDivisionError, match="a defect"):
        compactor.close()
