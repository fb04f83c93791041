"""A device without memory gets smaller batches; what is no vector is tried in float32, then refused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from indexer.embedding.backend import OutOfMemoryError, TorchBackend
from indexer.embedding.batches import TokenBatch, token_batches
from indexer.embedding.embedder import ModelError
from indexer.embedding.engine import Engine
from indexer.embedding.guard import Guard
from indexer.embedding.precision import Precision

TEXTS = ("one", "two", "three", "four")
TOKENS = [np.array(ids, dtype=np.int32) for ids in ([1, 2, 3], [1, 2], [1], [2, 2, 2])]


class SmallDevice:
    """Has room for `room` tokens; a text's vector points to its first token, `broken` gives NaN."""

    device = "cuda"
    precision = Precision.FLOAT16
    token_budget = 64

    def __init__(self, room: int = 64, broken: int = 0) -> None:
        self.room, self.broken = room, broken
        self.sizes: list[int] = []

    def run(self, batch: TokenBatch) -> NDArray[np.float32]:
        if batch.ids.size > self.room:
            raise OutOfMemoryError("tried to allocate 2 GiB")
        self.sizes.append(batch.ids.size)
        vectors = np.zeros((len(batch.rows), 4), dtype=np.float32)
        vectors[np.arange(len(batch.rows)), batch.ids[:, 0]] = 1
        vectors[batch.ids[:, 0] == self.broken] = np.nan
        return vectors


def engine(device: SmallDevice, exact: SmallDevice | None = None) -> Engine:
    guard = Guard("small-model", lambda: exact or SmallDevice())
    return Engine([device], 2, guard, lambda _: TOKENS, dimension=4, padding=0)


def test_a_batch_without_room_is_halved_and_later_ones_are_smaller(caplog: pytest.LogCaptureFixture) -> None:
    device = SmallDevice(room=6)
    made = engine(device)
    with caplog.at_level(logging.WARNING):
        vectors = made.submit(TEXTS).result()
        count = len(caplog.records)
        assert made.submit(TEXTS).result().tolist() == vectors.tolist()
    made.close()
    assert vectors.argmax(axis=1).tolist() == [1, 1, 1, 2]
    assert "cuda is out of memory: batches of" in caplog.text
    assert len(caplog.records) == count, "the second time it fits at once"


def test_a_text_without_room_is_an_error() -> None:
    made = engine(SmallDevice(room=2))
    with pytest.raises(ModelError, match="cuda has no memory for a text of 3 tokens with the model small"):
        made.submit(TEXTS).result()
    made.close()


def test_what_is_no_vector_is_tried_in_float32() -> None:
    made = engine(SmallDevice(broken=2))
    assert made.submit(TEXTS).result().argmax(axis=1).tolist() == [1, 1, 1, 2]
    made.close()


def test_what_is_no_vector_in_float32_either_is_refused_and_the_text_named() -> None:
    made = engine(SmallDevice(broken=2), SmallDevice(broken=2))
    with pytest.raises(ModelError, match="gives no vector for the text that begins 'four'"):
        made.submit(TEXTS).result()
    made.close()


def test_what_torch_raises_without_memory_is_translated() -> None:
    class Hungry:
        truncate_dim = None

        def forward(self, features: object) -> object:
            raise torch.OutOfMemoryError("CUDA out of memory")

    backend = TorchBackend(Hungry(), "cpu", Precision.FLOAT32)
    (batch,) = token_batches([[1, 2]], 8, 0)
    with pytest.raises(OutOfMemoryError, match="CUDA out of memory"):
        backend.run(batch)


class NarrowDevice(SmallDevice):
    """Has room for one batch at a time; the first stays until a second was refused."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = threading.Lock()
        self.refused = threading.Event()

    def run(self, batch: TokenBatch) -> NDArray[np.float32]:
        if not self.taken.acquire(blocking=False):
            self.refused.set()
            raise OutOfMemoryError("tried to allocate 2 GiB")
        with closing_lock(self.taken):
            assert self.refused.wait(30)
            return super().run(batch)


@contextmanager
def closing_lock(lock: threading.Lock) -> Iterator[None]:
    try:
        yield
    finally:
        lock.release()


def test_a_batch_that_has_no_room_beside_another_is_run_alone_and_not_cut() -> None:
    device = NarrowDevice()
    guard = Guard("small-model", SmallDevice)
    (batch,) = token_batches(TOKENS, 64, 0)
    with ThreadPoolExecutor(2) as threads:
        found = [threads.submit(guard.run, device, TEXTS, batch) for _ in range(2)]
        assert all(each.result().shape == (4, 4) for each in found)
    assert device.sizes == [12, 12]
    assert guard.budget(64) == 64
