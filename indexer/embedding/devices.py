"""Which devices a model runs on, and how the CPU's threads are shared out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch

from indexer.embedding.embedder import ModelError

CPU_THREADS: Final = torch.get_num_threads()
"""As many as torch takes by itself: one a core, or what OMP_NUM_THREADS says."""
WORKERS_OF_A_GPU: Final = 2
_MOST_CPU_WORKERS: Final = 16


def device_name(wanted: str) -> str:
    """What `index.device` means here: cpu, cuda, or cuda:1. Raises `ModelError` without such a GPU."""
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise ModelError(
            f"`index.device` is {wanted}, but torch {torch.__version__} finds no GPU; write auto or cpu, or "
            "install the driver and torch for CUDA"
        )
    number = int(wanted.partition(":")[2] or 0)
    if wanted.startswith("cuda") and number >= torch.cuda.device_count():
        raise ModelError(
            f"`index.device` is {wanted}, but this machine's GPUs are cuda:0 to "
            f"cuda:{torch.cuda.device_count() - 1}; write one of them, or cuda for all"
        )
    return wanted


def devices(device: str) -> tuple[str, ...]:
    """Those that embed passages side by side: `cuda` means every GPU."""
    if device == "cuda":
        return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))
    return (device,)


def worker_threads(threads: int) -> tuple[int, int]:
    """How many workers a CPU's threads make, and how many threads each has.

    One each, for workers need not wait for each other, as threads that share a product do at its end.
    """
    workers = max(1, min(threads, _MOST_CPU_WORKERS))
    return workers, max(1, threads // workers)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Products that the calling thread begins within are shared out to `count` CPU threads.

    Embedding leaves one thread to each product; a single large piece of work, alone, is done sooner by all.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
