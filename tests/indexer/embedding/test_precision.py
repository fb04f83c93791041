"""A faster number format is used only where it runs, is faster, and is accurate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.embedding.embedder import ModelError
from indexer.embedding.precision import (
    Calibration,
    Precision,
    Run,
    Trial,
    calibrate,
    calibrated,
    candidates,
    has_fast_bfloat16,
)

EXACT = Trial(Precision.FLOAT32)


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


def test_each_device_is_tried_in_the_formats_that_it_may_be_good_at() -> None:
    assert candidates("cpu", bfloat16=False, int8=True) == (Precision.INT8,)
    assert candidates("cpu", bfloat16=True, int8=True) == (Precision.BFLOAT16,)
    assert candidates("cuda:1", bfloat16=False, int8=True) == (Precision.FLOAT16, Precision.BFLOAT16)
    assert candidates("mps", bfloat16=True, int8=True) == ()


@pytest.mark.parametrize(
    ("trial", "chosen", "reason"),
    [
        (Trial(Precision.BFLOAT16, 2.7, 0.9999), True, "chosen: the fastest that is exact enough"),
        (Trial(Precision.BFLOAT16, 1.02, 0.9999), False, "not 1.15 times as fast as float32"),
        (Trial(Precision.BFLOAT16, 0.8, 0.9999), False, "slower than float32"),
        (Trial(Precision.BFLOAT16, 2.7, 0.98), False, "not exact enough: the worst cosine"),
        (Trial(Precision.INT8, 2.1, 0.985), True, "chosen: the fastest that is exact enough"),
        (Trial(Precision.INT8, 2.1, 0.97), False, "not exact enough: the worst cosine to float32 is 0.9700"),
        (Trial(Precision.INT8, 2.7, float("nan")), False, "not exact enough"),
        (Trial(Precision.INT8, failure="no memory"), False, "failed: no memory"),
    ],
)
def test_a_format_must_run_be_faster_and_accurate(trial: Trial, chosen: bool, reason: str) -> None:
    calibration = Calibration((EXACT, trial))
    assert (calibration.chosen is trial.precision) is chosen
    assert reason in calibration.reason(trial)


def test_what_is_hardly_faster_does_not_replace_what_is_more_exact() -> None:
    rounded, integers = Trial(Precision.BFLOAT16, 3.0, 0.9999), Trial(Precision.INT8, 3.1, 0.99)
    assert Calibration((EXACT, rounded, integers)).chosen is Precision.BFLOAT16


class Model:
    """Counts how often it is opened; integers take a third of the time."""

    def __init__(self, failing: Precision | None = None) -> None:
        self.opened: list[Precision] = []
        self._failing = failing

    def __call__(self, precision: Precision) -> Run:
        self.opened.append(precision)
        if precision is self._failing:
            raise ModelError("no kernels")
        vectors = np.eye(8, dtype=np.float32)
        return lambda: (vectors, 0.1 if precision is Precision.INT8 else 0.3)

    def measure(self, others: Sequence[Precision] = (Precision.INT8,)) -> Calibration:
        return calibrate(self, others)


def test_a_machine_is_measured_once_for_each_model(tmp_path: Path) -> None:
    model, cache = Model(), tmp_path / "data" / "precision.json"
    first = calibrated(model.measure, cache, "small")
    assert first == Calibration((EXACT, Trial(Precision.INT8, 3.0, 1.0)))
    assert calibrated(model.measure, cache, "small") == first
    assert len(model.opened) == 2
    calibrated(model.measure, cache, "large")
    assert len(model.opened) == 4


def test_a_format_that_fails_is_told_and_not_chosen() -> None:
    found = Model(failing=Precision.INT8).measure()
    assert found.chosen is Precision.FLOAT32
    assert found.trials[1].failure == "no kernels"


def test_a_broken_cache_is_measured_anew(tmp_path: Path) -> None:
    cache = tmp_path / "precision.json"
    cache.write_text("{broken")
    assert calibrated(Model().measure, cache, "small").chosen is Precision.INT8
    assert "speedup" in cache.read_text()
