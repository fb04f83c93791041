"""Questions that wait while the model is busy are its next batch."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embedding.embedder import ModelServerError
from indexer.embedding.query_batching import QueryBatcher


class HeldModel:
    """Gives each text a vector of its length; its first batch lasts until `release`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.release = threading.Event()
        self.fails = False

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        if len(self.batches) == 1:
            self.begun.set()
            assert self.release.wait(30)
        if self.fails and len(self.batches) > 1:
            raise ModelServerError("the server is gone")
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def standing_in_line(batcher: QueryBatcher, count: int) -> bool:
    return len(batcher._waiting) == count


@contextmanager
def asked_behind(
    model: HeldModel, batcher: QueryBatcher, texts: Sequence[str]
) -> Iterator[list[Future[float]]]:
    """Ask `texts` while the question "first" is being embedded; it is done when the block begins."""
    with ThreadPoolExecutor(len(texts) + 1) as pool:

        def ask(text: str) -> float:
            return float(batcher.embed_query(text)[0])

        first = pool.submit(ask, "first")
        assert model.begun.wait(30)
        asked = []
        for number, text in enumerate(texts, start=1):
            asked.append(pool.submit(ask, text))
            while not standing_in_line(batcher, number) and not asked[-1].done():
                time.sleep(0.001)
        model.release.set()
        assert first.result(30) == 5
        yield asked


def test_questions_that_wait_are_embedded_together_and_each_gets_its_own_vector() -> None:
    model = HeldModel()
    batcher = QueryBatcher(model.embed)
    with asked_behind(model, batcher, ["a", "bb", "ccc"]) as asked:
        assert [each.result(30) for each in asked] == [1, 2, 3]
    assert model.batches == [["first"], ["a", "bb", "ccc"]]


def test_a_batch_has_a_limit_and_the_rest_follows_in_order() -> None:
    model = HeldModel()
    batcher = QueryBatcher(model.embed, most_together=2)
    with asked_behind(model, batcher, ["a", "bb", "ccc"]) as asked:
        assert [each.result(30) for each in asked] == [1, 2, 3]
    assert model.batches == [["first"], ["a", "bb"], ["ccc"]]


def test_an_error_reaches_everyone_of_its_batch_and_the_model_is_free_again() -> None:
    model = HeldModel()
    model.fails = True
    batcher = QueryBatcher(model.embed)
    with asked_behind(model, batcher, ["a", "bb"]) as asked:
        for each in asked:
            with pytest.raises(ModelServerError, match="the server is gone"):
                each.result(30)
    model.fails = False
    assert batcher.embed_query("after")[0] == 5


def test_too_many_questions_are_refused_at_once() -> None:
    model = HeldModel()
    batcher = QueryBatcher(model.embed, most_waiting=1)
    with asked_behind(model, batcher, ["a"]) as asked:
        assert asked[0].result(30) == 1
    busy = HeldModel()
    full = QueryBatcher(busy.embed, most_waiting=0)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(full.embed_query, "first")
        assert busy.begun.wait(30)
        with pytest.raises(ModelServerError, match=r"^0 questions wait for the embedding model already$"):
            full.embed_query("second")
        busy.release.set()
        assert first.result(30)[0] == 5


def test_a_question_whose_turn_does_not_come_leaves_the_line() -> None:
    model = HeldModel()
    batcher = QueryBatcher(model.embed, patience=0.01)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(batcher.embed_query, "first")
        assert model.begun.wait(30)
        with pytest.raises(ModelServerError, match=r"did not get to this question within 0.01 s$"):
            batcher.embed_query("second")
        model.release.set()
        assert first.result(30)[0] == 5
    assert model.batches == [["first"]]


def test_two_lanes_embed_side_by_side() -> None:
    model = HeldModel()
    batcher = QueryBatcher(model.embed, lanes=2)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(batcher.embed_query, "first")
        assert model.begun.wait(30)
        assert batcher.embed_query("second")[0] == 6
        assert not first.done()
        model.release.set()
        assert first.result(30)[0] == 5


def test_a_question_asked_again_is_remembered_until_others_took_its_place() -> None:
    model = HeldModel()
    model.release.set()
    batcher = QueryBatcher(model.embed, remembered=2)
    for text in ("a", "bb", "a", "ccc", "a", "bb"):
        assert batcher.embed_query(text)[0] == len(text)
    assert model.batches == [["a"], ["bb"], ["ccc"], ["bb"]]
    with pytest.raises(ValueError, match="read-only"):
        batcher.embed_query("a")[0] = 0


def test_a_question_that_failed_is_asked_anew() -> None:
    model = HeldModel()
    model.release.set()
    batcher = QueryBatcher(model.embed)
    batcher.embed_query("a")
    model.fails = True
    with pytest.raises(ModelServerError, match="the server is gone"):
        batcher.embed_query("bb")
    model.fails = False
    assert batcher.embed_query("bb")[0] == 2


@pytest.mark.parametrize("fails", [False, True])
def test_a_question_asked_while_it_waits_or_is_embedded_is_not_embedded_twice(fails: bool) -> None:
    model = HeldModel()
    model.fails = fails
    batcher = QueryBatcher(model.embed)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher.embed_query, "first")
        assert model.begun.wait(30)
        again = pool.submit(batcher.embed_query, "first")
        waiting = [pool.submit(batcher.embed_query, "second") for _ in range(2)]
        while [len(each.same) for each in batcher._under_way.values()] != [1, 1]:
            time.sleep(0.001)
        model.release.set()
        assert first.result(30)[0] == again.result(30)[0] == 5
        for each in waiting:
            if fails:
                with pytest.raises(ModelServerError, match="the server is gone"):
                    each.result(30)
            else:
                assert each.result(30)[0] == 6
    assert model.batches == [["first"], ["second"]]
    assert not batcher._under_way
