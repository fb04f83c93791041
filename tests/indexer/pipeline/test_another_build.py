"""Another model, other chunks: built beside what is served, judged, and switched to in one step."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from catalog.database import Catalog
from catalog.tables import chunks
from indexer.gate import BuildRefusedError
from indexer.layout import IndexLayout
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from indexer.retrieval.judgements import JudgementsError
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from indexer.serving import GRACE_SECONDS, tidy
from settings.configuration import Settings
from settings.index import ChunkSettings, GateSettings
from tests.indexer.pipeline.support import WordEmbedder, add, found, served
from tests.indexer.pipeline.test_pipeline import chunk_ids, run

LONG = "Each sentence of this long text has nine words. " * 20


def with_index(settings: Settings, **values: object) -> Settings:
    return settings.model_copy(update={"index": settings.index.model_copy(update=values)})


def smaller(settings: Settings) -> Settings:
    return with_index(settings, chunk=ChunkSettings(tokens=50, overlap=0))


def gate(folder: Path, address: str, floor: float = 0.9) -> GateSettings:
    file = folder / "golden.jsonl"
    file.write_text(json.dumps({"query": "nine words", "relevant": [address]}))
    return GateSettings(queries=file, ndcg_at_10=floor)


def hidden(catalog: Catalog) -> int:
    """Chunks that a document is not shown with."""
    with catalog.read() as connection:
        counted = connection.execute(select(func.count()).select_from(chunks).where(chunks.c.ordinal < 0))
        return int(counted.scalar_one())


def builds(settings: Settings) -> list[Path]:
    return sorted(IndexLayout(settings.store.directory).index.glob("build-*"))


def test_a_changed_chunk_setting_is_carried_out_though_nothing_is_pending(
    catalog: Catalog, settings: Settings
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    before = chunk_ids(catalog)
    run(catalog, smaller(settings))
    assert len(chunk_ids(catalog)) > len(before)
    assert found(settings) == chunk_ids(catalog)
    assert hidden(catalog) == len(before)  # for readers that have not looked yet
    tidy(catalog, IndexLayout(settings.store.directory), grace=0)
    assert hidden(catalog) == 0
    build = served(settings)
    assert build is not None
    assert builds(settings) == [build.folder]


def test_while_another_build_is_made_and_switched_to_every_question_is_answered(
    catalog: Catalog, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    names = {add(catalog, f"https://intranet.example/{number}", LONG) for number in range(8)}
    run(catalog, settings)
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    ended = threading.Event()
    answers: list[tuple[frozenset[str], bool, tuple[str, ...]]] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            while not ended.is_set():
                retriever.refresh()
                results = retriever.search(Question("nine words"))
                bare = any(not hit.passages for hit in results.hits)
                answers.append((frozenset(hit.document_id for hit in results.hits), bare, results.notices))
        except Exception as error:  # noqa: BLE001 - the test fails with it
            failures.append(error)

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        caplog.set_level(logging.ERROR)
        for changed in (smaller(settings), settings):
            run(catalog, changed)
    finally:
        ended.set()
        reader.join()
    assert not failures
    assert set(answers) == {(frozenset(names), False, ())}


def test_a_build_below_the_floor_is_not_published(
    catalog: Catalog, settings: Settings, tmp_path: Path
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    before, build = chunk_ids(catalog), served(settings)
    assert build is not None
    unreachable = with_index(smaller(settings), gate=gate(tmp_path, "https://intranet.example/gone"))
    with pytest.raises(BuildRefusedError, match=r"this build .* nDCG@10 0\.000, below .* 'nine words'"):
        run(catalog, unreachable)
    assert (chunk_ids(catalog), served(settings), builds(settings)) == (before, build, [build.folder])
    assert hidden(catalog) == 0
    assert found(settings) == before


def test_a_build_at_the_floor_is_published(catalog: Catalog, settings: Settings, tmp_path: Path) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    run(catalog, with_index(smaller(settings), gate=gate(tmp_path, "https://intranet.example/a")))
    assert found(settings) == chunk_ids(catalog)


def test_a_build_that_cannot_be_judged_is_not_published(
    catalog: Catalog, settings: Settings, tmp_path: Path
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    build = served(settings)
    unreadable = GateSettings(queries=tmp_path / "none.jsonl", ndcg_at_10=0)
    with pytest.raises(JudgementsError, match=r"none\.jsonl cannot be read"):
        run(catalog, with_index(smaller(settings), gate=unreadable))
    assert served(settings) == build


def test_a_build_that_died_leaves_nothing_once_the_next_run_has_ended(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    before = found(settings)

    def die(_: Progress) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:  # as after kill -9: nothing is tidied
        patched.setattr("indexer.rebuilding.tidy", lambda *_, **__: None)
        with (
            pytest.raises(KeyboardInterrupt),
            Pipeline(catalog, smaller(settings), embedder=WordEmbedder(), report=die) as pipeline,
        ):
            pipeline.rebuild()
    assert len(builds(settings)) == 2
    assert hidden(catalog) > 0
    assert found(settings) == before == chunk_ids(catalog)
    add(catalog, "https://intranet.example/b", "New.")
    run(catalog, settings)
    assert found(settings) == chunk_ids(catalog)
    assert (len(builds(settings)), hidden(catalog)) == (1, 0)


def test_a_process_that_died_right_after_the_switch_is_followed_by_one_that_finishes_it(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    with monkeypatch.context() as patched:
        patched.setattr("indexer.rebuilding.tidy", lambda *_, **__: None)
        with Pipeline(catalog, smaller(settings), embedder=WordEmbedder()) as pipeline:
            pipeline.rebuild()
    assert found(settings) != chunk_ids(catalog)
    add(catalog, "https://intranet.example/b", "New.")
    run(catalog, smaller(settings))
    assert found(settings) == chunk_ids(catalog)


def test_readers_of_a_build_find_their_passages_for_the_grace_though_two_more_builds_followed(
    catalog: Catalog, settings: Settings
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    first = open_retriever(catalog, settings, embedder=WordEmbedder())
    run(catalog, smaller(settings))
    second = open_retriever(catalog, settings, embedder=WordEmbedder())
    run(catalog, settings)
    for late in (first, second):
        assert [bool(hit.passages) for hit in late.search(Question("nine words")).hits] == [True]
    assert len(builds(settings)) == 3
    tidy(catalog, IndexLayout(settings.store.directory), grace=0)
    assert (len(builds(settings)), hidden(catalog)) == (1, 0)


def test_a_process_that_stays_open_removes_what_it_replaced_once_the_grace_is_over(
    catalog: Catalog, settings: Settings
) -> None:
    add(catalog, "https://intranet.example/a", LONG)
    run(catalog, settings)
    layout = IndexLayout(settings.store.directory)
    with Pipeline(catalog, smaller(settings), embedder=WordEmbedder()) as pipeline:
        pipeline.run_once()
        build = served(settings)
        assert build is not None
        assert len(builds(settings)) == 2
        record = json.loads(layout.served.read_bytes())
        layout.served.write_text(json.dumps(record | {"since": record["since"] - GRACE_SECONDS}))
        pipeline.run_once()  # nothing is pending
        assert (builds(settings), hidden(catalog)) == ([build.folder], 0)
    assert found(settings) == chunk_ids(catalog)


def test_a_first_opening_that_died_leaves_no_folder(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(catalog, "https://intranet.example/a", LONG)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("indexer.opening.serve", die)
        with pytest.raises(KeyboardInterrupt):
            run(catalog, settings)
    left = builds(settings)
    assert len(left) == 1
    run(catalog, settings)
    assert len(builds(settings)) == 1
    assert builds(settings) != left
