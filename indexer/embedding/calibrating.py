"""A model timed in each number format that its device may be good at."""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.backend import Backend, OutOfMemoryError, open_backend
from indexer.embedding.batches import TokenBatch
from indexer.embedding.devices import torch_threads
from indexer.embedding.embedder import ModelError
from indexer.embedding.int8 import has_int8_kernels
from indexer.embedding.precision import (
    Calibration,
    Precision,
    Run,
    calibrate,
    candidates,
    machine_has_fast_bfloat16,
)


def measured(model: Any, device: str, samples: Sequence[TokenBatch]) -> Calibration:
    """Try float32 and the formats that this device may be faster in. Raises `ModelError`.

    Each is a copy of `model` (a SentenceTransformer), which stays as it is.
    """
    others = candidates(device, bfloat16=machine_has_fast_bfloat16(), int8=has_int8_kernels())

    def open_in(precision: Precision) -> Run:
        try:
            backend = open_backend(deepcopy(model), device, precision)
        except OutOfMemoryError as error:
            raise ModelError(f"{device} has no memory for a second copy of the model") from error
        return lambda: _timed(backend, samples)

    return calibrate(open_in, others)


def _timed(backend: Backend, samples: Sequence[TokenBatch]) -> tuple[NDArray[np.float32], float]:
    """On a CPU the seconds of one thread's processor time, which other processes hardly disturb."""
    clock = time.thread_time if backend.device == "cpu" else time.perf_counter
    with torch_threads(1):
        started = clock()
        try:
            found = [(batch.rows, backend.run(batch)) for batch in samples]
        except OutOfMemoryError as error:
            raise ModelError(f"{backend.device} has no memory for the calibration's texts") from error
        seconds = clock() - started
    rows = np.concatenate([rows for rows, _ in found])
    return np.concatenate([vectors for _, vectors in found])[np.argsort(rows)], seconds
