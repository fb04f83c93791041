"""A faster number format is used only where the processor has it, it is faster, and it is accurate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embedding.precision import Calibration, Precision, calibrated, has_fast_bfloat16


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16 sse", True),
        ("flags\t\t: fpu amx_bf16", True),
        ("Features\t: fp asimd bf16", True),
        ("flags\t\t: fpu avx2", False),
        ("model name\t: bf16 machine", False),
    ],
)
def test_the_processor_says_whether_it_has_bfloat16(line: str, expected: bool) -> None:
    assert has_fast_bfloat16(f"processor\t: 0\n{line}\n") is expected


@pytest.mark.parametrize(
    ("calibration", "expected"),
    [
        (Calibration(speedup=2.7, cosine=0.9999), Precision.BFLOAT16),
        (Calibration(speedup=1.02, cosine=0.9999), Precision.FLOAT32),
        (Calibration(speedup=2.7, cosine=0.98), Precision.FLOAT32),
    ],
)
def test_it_must_be_faster_and_accurate(calibration: Calibration, expected: Precision) -> None:
    assert calibration.chosen is expected


class Model:
    """Counts its runs; bfloat16 takes a third of the time."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, precision: Precision, texts: Sequence[str]) -> tuple[NDArray[np.float32], float]:
        self.runs += 1
        vectors = np.zeros((len(texts), 2), dtype=np.float32)
        vectors[:, 0] = 1
        return vectors, 0.1 if precision is Precision.BFLOAT16 else 0.3


def test_a_machine_is_measured_once_for_each_model(tmp_path: Path) -> None:
    model, cache = Model(), tmp_path / "data" / "precision.json"
    assert calibrated(model, cache, "small") is Precision.BFLOAT16
    measured = model.runs
    assert calibrated(model, cache, "small") is Precision.BFLOAT16
    assert model.runs == measured
    calibrated(model, cache, "large")
    assert model.runs > measured


def test_a_broken_cache_is_measured_anew(tmp_path: Path) -> None:
    cache = tmp_path / "precision.json"
    cache.write_text("{broken")
    assert calibrated(Model(), cache, "small") is Precision.BFLOAT16
    assert "speedup" in cache.read_text()
