"""How fast the model is on this machine in each number format, and which of them is used."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from indexer.embedding.local import LocalEmbedder
from indexer.embedding.opening import local_model
from indexer.embedding.precision import SAMPLES
from indexer.layout import IndexLayout
from settings.index import IndexSettings

_QUESTIONS: Final = 20
_COLUMNS: Final = ("device", "precision", "backend", "chunks/s", "query ms", "speedup", "cosine", "")


@dataclass(frozen=True, slots=True)
class Speed:
    """What one number format gives: `speedup` and the worst `cosine` are beside float32, on one thread.

    `chunks_per_second` and `query_ms` are None for a format that cannot run here.
    """

    precision: str
    device: str
    backend: str
    chunks_per_second: float | None
    query_ms: float | None
    speedup: float
    cosine: float
    chosen: bool
    reason: str


def measure(settings: IndexSettings, layout: IndexLayout, chunks: int) -> list[Speed]:
    """Calibrate anew and keep that; then embed `chunks` samples in each format. Raises `ModelError`."""
    name = local_model(settings)
    embedder = LocalEmbedder(name, device=settings.device, cache=layout.precision, anew=True)
    calibration = embedder.calibration
    assert calibration is not None, "no precision was given"
    speeds = []
    for trial in calibration.trials:
        chosen = trial.precision is calibration.chosen
        rate = query = None
        if not trial.failure:
            model = (
                embedder if chosen else LocalEmbedder(name, device=settings.device, precision=trial.precision)
            )
            rate, query = _rates(model, chunks)
            model.close()
        speeds.append(
            Speed(
                precision=trial.precision.value,
                device=embedder.device,
                backend="torch",
                chunks_per_second=rate,
                query_ms=query,
                speedup=trial.speedup,
                cosine=trial.cosine,
                chosen=chosen,
                reason=calibration.reason(trial),
            )
        )
    return speeds


def table(speeds: Sequence[Speed]) -> str:
    """For a person to read."""
    rows = [_COLUMNS, *(_cells(speed) for speed in speeds)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _cells(speed: Speed) -> tuple[str, ...]:
    return (
        speed.device,
        speed.precision,
        speed.backend,
        "-" if speed.chunks_per_second is None else f"{speed.chunks_per_second:.1f}",
        "-" if speed.query_ms is None else f"{speed.query_ms:.1f}",
        f"{speed.speedup:.2f}",
        f"{speed.cosine:.4f}",
        speed.reason,
    )


def _rates(embedder: LocalEmbedder, chunks: int) -> tuple[float, float]:
    """Chunks per second, and milliseconds per question (median)."""
    texts = list(islice(cycle(SAMPLES), chunks))
    embedder.embed_passages(SAMPLES)  # the first pass prepares buffers and kernels
    started = time.perf_counter()
    embedder.embed_passages(texts)
    seconds = time.perf_counter() - started
    query = statistics.median(_question(embedder) for _ in range(_QUESTIONS))
    return round(chunks / seconds, 1), round(1000 * query, 2)


def _question(embedder: LocalEmbedder) -> float:
    started = time.perf_counter()
    embedder.embed_query("How many days of vacation do I have?")
    return time.perf_counter() - started
