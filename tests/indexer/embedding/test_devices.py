"""How the CPU's threads are shared out."""

from __future__ import annotations

import pytest
import torch

from indexer.embedding.devices import device_name, devices, torch_threads, worker_threads
from indexer.embedding.embedder import ModelError


def test_each_thread_of_a_cpu_is_a_worker() -> None:
    assert worker_threads(2) == (2, 1)
    assert worker_threads(64) == (16, 4)
    assert worker_threads(0) == (1, 1)


def test_threads_lent_to_one_piece_of_work_are_given_back_also_when_it_fails() -> None:
    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    with pytest.raises(ZeroDivisionError), torch_threads(before + 1):
        _ = 1 / 0
    assert torch.get_num_threads() == before


def test_cuda_means_every_gpu_and_a_number_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert devices("cuda") == ("cuda:0", "cuda:1")
    assert devices("cuda:1") == ("cuda:1",)
    assert device_name("auto") == "cuda"
    with pytest.raises(ModelError, match="this machine's GPUs are cuda:0 to cuda:1; write one of them"):
        device_name("cuda:2")
