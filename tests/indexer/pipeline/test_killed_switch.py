"""A real process killed anywhere between the start of another build and the removal of the one before."""

from __future__ import annotations

import multiprocessing
import os
import signal
from importlib import import_module
from pathlib import Path
from typing import Any

from catalog.database import Catalog
from indexer.layout import IndexLayout
from indexer.pipeline import Pipeline
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from indexer.serving import tidy
from settings.configuration import Settings
from tests.indexer.pipeline.support import WordEmbedder, add, found, make_settings, open_from, served
from tests.indexer.pipeline.test_another_build import LONG, builds, hidden, smaller
from tests.indexer.pipeline.test_pipeline import chunk_ids

STEPS = (
    ("indexer.serving", "make_durably", True),
    ("indexer.serving", "make_durably", False),
    ("indexer.rebuilding", "stage_chunks", False),
    ("indexer.rebuilding", "rebuild_vectors", False),
    ("indexer.rebuilding", "serve", True),
    ("indexer.rebuilding", "serve", False),
    ("indexer.serving", "promote_staged", True),
    ("indexer.serving", "drop_retired", False),
    ("indexer.serving", "sync_folder", True),
)
"""Where the process dies, before what is done there or after it, in the order of a build's life."""


def die_in(folder: str, module: str, step: str, before: bool, smallest: bool) -> None:
    """Build by other settings, switch, tidy; killed at the second time a step is taken, if there is one."""
    from catalog import chunks

    chunks._BATCH = 3  # type: ignore[misc]  # promotion takes several transactions
    owner = import_module(module)
    real: Any = getattr(owner, step)
    most = 1 if step in ("make_durably", "promote_staged") else 0  # how often it is let through
    taken = 0

    def fatal(*arguments: object) -> object:
        nonlocal taken
        taken += 1
        if taken > most and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments)
        if taken > most:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, step, fatal)
    settings = make_settings(Path(folder))
    wanted = smaller(settings) if smallest else settings
    catalog = open_from(settings)
    with Pipeline(catalog, wanted, embedder=WordEmbedder()) as pipeline:
        pipeline.run_once()
        tidy(catalog, IndexLayout(settings.store.directory), grace=0)


def run_and_die(folder: Path, module: str, step: str, *, before: bool, smallest: bool) -> int | None:
    """The exit code of a process of its own: a copy of one that has imported all it needs."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    process = processes.Process(target=die_in, args=(str(folder), module, step, before, smallest))
    process.start()
    process.join()
    return process.exitcode


def test_killing_a_build_or_its_switch_anywhere_disturbs_no_question_and_leaves_nothing_behind(
    catalog: Catalog, settings: Settings, tmp_path: Path
) -> None:
    names = {add(catalog, f"https://intranet.example/{number}", LONG) for number in range(8)}
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        pipeline.run_once()
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    smallest = False

    def ask() -> None:
        results = retriever.search(Question("nine words"))
        assert {hit.document_id for hit in results.hits} == names
        assert all(hit.passages for hit in results.hits)
        assert results.notices == ()

    for module, step, before in STEPS:
        smallest = not smallest
        died = run_and_die(tmp_path, module, step, before=before, smallest=smallest)
        assert died == -signal.SIGKILL, step
        if step not in ("drop_retired", "sync_folder"):  # these come when no reader is left behind
            ask()
        retriever.refresh()
        ask()
        with Pipeline(
            catalog, smaller(settings) if smallest else settings, embedder=WordEmbedder()
        ) as pipeline:
            pipeline.run_once()
            ask()
            retriever.refresh()
            ask()
            tidy(catalog, IndexLayout(settings.store.directory), grace=0)
        build = served(settings)
        assert build is not None
        assert (hidden(catalog), builds(settings)) == (0, [build.folder]), step
        assert found(settings) == chunk_ids(catalog)
