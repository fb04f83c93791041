"""A change of model under a service that is asked over HTTP all the while."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalog.database import open_catalog
from indexer.pipeline import Pipeline
from search_api.opening import open_backend
from settings.configuration import Settings
from tests.indexer.embedding.tiny_models import save_embedding_model
from tests.indexer.pipeline.support import add, make_settings, served
from tests.search_api.serving import serving

TEXTS = ("Leave of absence", "Trips of parents", "Parents leave", "Absence of trips")
MOST_SECONDS = 30.0


def with_model(settings: Settings, model: Path) -> Settings:
    index = settings.index.model_copy(update={"model": str(model)})
    return settings.model_copy(update={"index": index})


def index(settings: Settings) -> None:
    store = settings.store
    with (
        closing(open_catalog(store.database, store.directory)) as catalog,
        Pipeline(catalog, settings, threads=1) as pipeline,
    ):
        pipeline.run_once()


@pytest.fixture
def models(tmp_path: Path) -> tuple[Settings, Settings]:
    """The settings before and after: two models whose vectors have different lengths, so that a question of
    one cannot be compared with passages of the other."""
    before, after = (save_embedding_model(tmp_path / str(width), width=width) for width in (16, 24))
    settings = make_settings(tmp_path)
    return with_model(settings, before), with_model(settings, after)


def test_each_answer_over_http_comes_from_one_of_the_two_models_and_none_fails(
    models: tuple[Settings, Settings],
) -> None:
    before, after = models
    with closing(open_catalog(before.store.database, before.store.directory)) as catalog:
        for number, text in enumerate(TEXTS):
            add(catalog, f"https://intranet.example/{number}", text, f"Of {text}")
    index(before)
    ended = threading.Event()
    met: list[tuple[int, Any]] = []

    with (
        serving(partial(open_backend, before)) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):

        def ask() -> tuple[int, Any]:
            answer = client.get("/v1/search?q=leave+of+absence")
            body = answer.json()
            hits = [(hit["url"], hit["score"], len(hit["passages"])) for hit in body.get("results", ())]
            return answer.status_code, (hits, body.get("notices"))

        def keep_asking() -> None:
            while not ended.is_set():
                met.append(ask())
                time.sleep(0.01)  # the machine is busy enough

        first = ask()
        asking = threading.Thread(target=keep_asking)
        asking.start()
        try:
            index(after)
            deadline = time.monotonic() + MOST_SECONDS
            while (not met or met[-1] == first) and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.2)
        finally:
            ended.set()
            asking.join()
        last = ask()
    build = served(after)
    assert build is not None
    assert build.model == after.index.model
    assert first != last
    for status, (hits, notices) in (first, last):
        assert (status, len(hits), notices) == (200, len(TEXTS), [])
        assert all(passages for _, _, passages in hits)
    assert [answer for answer in met if answer not in (first, last)] == []
    changes = [number for number, answer in enumerate(met) if number and answer != met[number - 1]]
    assert len(changes) == 1  # from one to the other, and not back
