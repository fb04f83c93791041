"""In which number format a model runs fastest on this machine without losing accuracy."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Precision(StrEnum):
    """The format of the matrix products; sums, norms and results stay in float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


LEAST_COSINE: Final = 0.999
"""A faster format must give every calibration text a vector at least this close to float32's."""
LEAST_SPEEDUP: Final = 1.15
_FAST_FLAGS: Final = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86, x86, ARM
_CPU_INFO: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured against float32: how much faster, and the worst cosine."""

    speedup: float
    cosine: float

    @property
    def chosen(self) -> Precision:
        """bfloat16 where it is worth it."""
        worth_it = self.speedup >= LEAST_SPEEDUP and self.cosine >= LEAST_COSINE
        return Precision.BFLOAT16 if worth_it else Precision.FLOAT32


def has_fast_bfloat16(cpu_info: str) -> bool:
    """Whether /proc/cpuinfo names instructions for bfloat16."""
    return any(
        not _FAST_FLAGS.isdisjoint(line.partition(":")[2].split())
        for line in cpu_info.splitlines()
        if line.startswith(("flags", "Features"))
    )


def machine_has_fast_bfloat16() -> bool:
    """`has_fast_bfloat16` of this machine; a system without /proc/cpuinfo says no."""
    return _CPU_INFO.exists() and has_fast_bfloat16(_CPU_INFO.read_text())


Run = Callable[[Precision, Sequence[str]], tuple[NDArray[np.float32], float]]
"""Embeds texts in a format; vectors of length 1 and the seconds of processor time that it took."""


def calibrate(run: Run) -> Calibration:
    """Compare bfloat16 with float32 on a few texts; about half a second with a small model."""
    run(Precision.BFLOAT16, SAMPLES)  # the first pass prepares buffers and kernels
    rounds = [(run(Precision.FLOAT32, SAMPLES), run(Precision.BFLOAT16, SAMPLES)) for _ in range(2)]
    slow = min(seconds for (_, seconds), _ in rounds)
    fast = min(seconds for _, (_, seconds) in rounds)
    (exact, _), (rounded, _) = rounds[0]
    cosines = np.einsum("ij,ij->i", exact, rounded)
    return Calibration(round(slow / fast, 2), round(float(cosines.min()), 6))


def calibrated(run: Run, cache: Path | None, subject: str) -> Precision:
    """The better format for `subject` (a model) on this machine, measured once and kept in `cache`."""
    key = f"{subject} on {_machine()}"
    known = _read(cache)
    if key in known:
        return known[key].chosen
    measured = calibrate(run)
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary = cache.with_suffix(".tmp")
        temporary.write_text(
            json.dumps({name: asdict(value) for name, value in (known | {key: measured}).items()}, indent=1)
        )
        temporary.replace(cache)
    return measured.chosen


def _read(cache: Path | None) -> dict[str, Calibration]:
    """What was measured before; an unreadable cache is measured anew."""
    if cache is None or not cache.exists():
        return {}
    try:
        return {key: Calibration(**value) for key, value in json.loads(cache.read_text()).items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _machine() -> str:
    import torch  # noqa: PLC0415 - only where a model is loaded anyway

    info = _CPU_INFO.read_text() if _CPU_INFO.exists() else ""
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()} ({platform.machine()}), torch {torch.__version__}"


SAMPLES: Final = tuple(
    " ".join([sentence] * 8)
    for sentence in (
        "Employees are entitled to thirty days of paid vacation a year, to be taken before the end of March.",
        "CREATE INDEX CONCURRENTLY builds an index without locking out writes to the table.",
        "Expense reports above five hundred euros need the approval of the head of department.",
        "The service answered with status 503 because its connection pool was exhausted.",
        "In case of fire leave the building by the nearest staircase and gather at the car park.",
        "Das Formular zur Erstattung von Reisekosten finden Sie im Portal unter Finanzen.",
        "The quarterly revenue grew by 4.2 percent, driven by demand for industrial sensors.",
        "To reset your password open the account page and follow the link that is sent to you.",
    )
)
"""Ordinary company prose, some 150 tokens each."""
