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

from indexer.embedding.embedder import ModelError


class Precision(StrEnum):
    """The format of the matrix products."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
    INT8 = "int8"


LEAST_COSINE: Final = {Precision.BFLOAT16: 0.999, Precision.FLOAT16: 0.999, Precision.INT8: 0.98}
"""A faster format must give every calibration text a vector at least this close to float32's.

For 8-bit integers this only tells a model that they break from one that they do not: what counts is nDCG@10.
With all-MiniLM-L6-v2 (mean cosine .993), passages in integers and questions in float32 it loses .0044 on
cranfield, .0021 on squad11_dev and nothing on faq by vectors alone, .0031, .0018 and .0010 in hybrid search;
with questions in integers, too, .0065, .0033 and .0074 by vectors alone: so questions stay in float32.
"""
LEAST_SPEEDUP: Final = 1.15
"""A less exact format must be faster than a more exact one by this."""
_ROUNDS: Final = 3
_FAST_FLAGS: Final = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86, x86, ARM
_CPU_INFO: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Trial:
    """What a format gave beside float32: how many times as fast, the worst cosine, or why it failed."""

    precision: Precision
    speedup: float = 1.0
    cosine: float = 1.0
    failure: str = ""

    @property
    def is_exact_enough(self) -> bool:
        """Whether its vectors can stand for float32's (NaN cannot)."""
        return not self.failure and self.cosine >= LEAST_COSINE.get(self.precision, 1.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was tried on this machine with a model, the most exact first; float32 is the first."""

    trials: tuple[Trial, ...]

    @property
    def chosen(self) -> Precision:
        """Whatever is worth what it loses."""
        best = self.trials[0]
        for trial in self.trials[1:]:
            if trial.is_exact_enough and trial.speedup >= LEAST_SPEEDUP * best.speedup:
                best = trial
        return best.precision

    def reason(self, trial: Trial) -> str:
        """Why it was chosen, or was not."""
        if trial.failure:
            return f"failed: {trial.failure}"
        if not trial.is_exact_enough:
            least = LEAST_COSINE[trial.precision]
            return f"not exact enough: the worst cosine to float32 is {trial.cosine:.4f}, not {least}"
        if trial.precision is self.chosen:
            return "chosen: the fastest that is exact enough"
        chosen = next(each for each in self.trials if each.precision is self.chosen)
        if trial.speedup < chosen.speedup:
            return f"slower than {chosen.precision}"
        return f"not {LEAST_SPEEDUP} times as fast as {chosen.precision}, which is more exact"


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


def candidates(device: str, *, bfloat16: bool, int8: bool) -> tuple[Precision, ...]:
    """The formats that may be worth it besides float32, the more exact first.

    `bfloat16` and `int8` say whether the CPU has instructions or kernels for them; integers, which lose more,
    are for those without the former.
    """
    if device.startswith("cuda"):
        return (Precision.FLOAT16, Precision.BFLOAT16)
    if device != "cpu":
        return ()
    if bfloat16:
        return (Precision.BFLOAT16,)
    return (Precision.INT8,) if int8 else ()


Run = Callable[[], tuple[NDArray[np.float32], float]]
"""Embeds `SAMPLES` once: vectors of length 1, and the seconds that it took."""
Open = Callable[[Precision], Run]
"""Prepares the model in a format. Raises `ModelError` where it cannot run in it."""


def calibrate(open_in: Open, others: Sequence[Precision]) -> Calibration:
    """Compare the formats with float32 on a few texts, in turn; some seconds with a small model."""
    runs: dict[Precision, Run] = {Precision.FLOAT32: open_in(Precision.FLOAT32)}
    vectors = {Precision.FLOAT32: runs[Precision.FLOAT32]()[0]}
    failures: dict[Precision, str] = {}
    for precision in others:
        try:
            run = open_in(precision)
            vectors[precision], _ = run()  # the first pass prepares buffers and kernels
            runs[precision] = run
        except ModelError as error:
            failures[precision] = str(error)
    seconds = dict.fromkeys(runs, float("inf"))
    for _ in range(_ROUNDS):
        for precision, run in runs.items():
            seconds[precision] = min(seconds[precision], run()[1])
    exact = vectors[Precision.FLOAT32]
    trials = [Trial(Precision.FLOAT32)]
    for precision in others:
        if precision in failures:
            trials.append(Trial(precision, failure=failures[precision]))
            continue
        speedup = seconds[Precision.FLOAT32] / seconds[precision]
        cosine = float(np.einsum("ij,ij->i", exact, vectors[precision]).min())
        trials.append(Trial(precision, round(speedup, 2), round(cosine, 6)))
    return Calibration(tuple(trials))


def calibrated(measure: Callable[[], Calibration], cache: Path | None, subject: str) -> Calibration:
    """The calibration of `subject` (a model on a device) on this machine, made once and kept in `cache`."""
    found = _read(cache).get(_key(subject))
    return found or keep(measure(), cache, subject)


def keep(calibration: Calibration, cache: Path | None, subject: str) -> Calibration:
    """Keep in `cache` what was measured just now, in the place of what was measured before."""
    if cache is not None:
        kept = _read(cache) | {_key(subject): calibration}
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary = cache.with_suffix(".tmp")
        temporary.write_text(json.dumps({name: asdict(value) for name, value in kept.items()}, indent=1))
        temporary.replace(cache)
    return calibration


def _read(cache: Path | None) -> dict[str, Calibration]:
    """What was measured before; what cannot be read is measured anew."""
    if cache is None or not cache.exists():
        return {}
    try:
        return {
            key: Calibration(
                tuple(
                    Trial(**trial | {"precision": Precision(trial["precision"])}) for trial in value["trials"]
                )
            )
            for key, value in json.loads(cache.read_text()).items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _key(subject: str) -> str:
    import torch  # noqa: PLC0415 - only where a model is loaded anyway

    info = _CPU_INFO.read_text() if _CPU_INFO.exists() else ""
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    processor = names[0] if names else platform.processor()
    return f"{subject}, {processor} ({platform.machine()}), torch {torch.__version__}"


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
