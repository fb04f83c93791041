"""A real indexer process killed at any instant is followed by one that neither loses nor doubles."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from pathlib import Path

from catalog.database import Catalog
from catalog.documents import pending_count
from indexer.overlap import MOST_LOST
from indexer.pipeline import Pipeline
from settings.configuration import Settings
from tests.indexer.pipeline.support import (
    WordEmbedder,
    add,
    change,
    found,
    lexical_documents,
    make_settings,
    open_from,
    remove,
)
from tests.indexer.pipeline.test_pipeline import chunk_ids
from tests.support.embedding_server import serve_embeddings
from tests.support.killed_indexing import STEADY, run_trial

STEPS = (
    "keep",
    "set_access",
    "remove",
    "apply_changes",
    "append",
    "replace",
    "commit",
    "mark_indexed",
    "merge",
)
"""Each is a place where the process may die, before or after what it does."""

ROUNDS = 8


def die_in(folder: str, seed: str) -> None:
    """Index the catalog in `folder`, and be killed somewhere in between: what the child process runs."""
    from indexer import feed, pipeline, preparation
    from indexer.embedding.store import EmbeddingStore
    from indexer.lexical.writer import LexicalWriter
    from indexer.vectors.writer import VectorWriter

    chance = random.Random(seed)
    feed.FIRST_DOCUMENTS = feed.MOST_DOCUMENTS = 5  # type: ignore[misc]
    owners: dict[str, object] = {
        "keep": EmbeddingStore,
        "set_access": VectorWriter,
        "append": VectorWriter,
        "merge": VectorWriter,
        "remove": LexicalWriter,
        "replace": LexicalWriter,
        "commit": LexicalWriter,
        "apply_changes": preparation,
        "mark_indexed": pipeline,
    }
    assert set(owners) == set(STEPS)
    step = chance.choice(STEPS)
    owner = owners[step]
    real = getattr(owner, step)
    countdown = chance.randint(0, 2)
    before = chance.random() < 0.5

    def fatal(*arguments: object) -> object:
        nonlocal countdown
        countdown -= 1
        if countdown < 0 and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments)
        if countdown < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, step, fatal)
    settings = make_settings(Path(folder))
    with Pipeline(open_from(settings), settings, embedder=WordEmbedder()) as indexing:
        indexing.run_once()


def run_and_die(folder: Path, seed: int) -> int | None:
    """The exit code of a process of its own: a copy of one that has imported all it needs."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__, "indexer.preparation"])
    process = processes.Process(target=die_in, args=(str(folder), str(seed)))
    process.start()
    process.join()
    return process.exitcode


def test_killing_the_indexer_at_any_step_neither_loses_nor_doubles_a_chunk(
    catalog: Catalog, settings: Settings, tmp_path: Path
) -> None:
    documents = [
        add(catalog, f"https://intranet.example/{number}", *(f"Text {number}.{part}." for part in range(3)))
        for number in range(20)
    ]
    killed = 0
    for seed in range(ROUNDS):
        killed += run_and_die(tmp_path, seed) == -signal.SIGKILL
        for number in range(seed % 2, 20, 2):
            change(catalog, documents[number], f"Round {seed}.", f"Text {number}.1.", f"New {number}.{seed}.")
    for document in documents[:3]:
        remove(catalog, document)
    run_and_die(tmp_path, ROUNDS)
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        pipeline.run_once()
    assert killed > ROUNDS / 2
    with catalog.read() as connection:
        assert pending_count(connection) == 0
    assert found(settings) == chunk_ids(catalog)
    assert len(chunk_ids(catalog)) == 17 * 3
    assert lexical_documents(settings) == 17


def test_killed_rebuilds_batches_and_merges_disturb_no_question_and_leave_nothing_behind(
    tmp_path: Path,
) -> None:
    with serve_embeddings() as server:
        trial = run_trial(12, tmp_path, server)
    assert trial.faults == []
    assert trial.kills
    assert trial.asked > STEADY
    assert trial.twice <= MOST_LOST * trial.kills.total()
