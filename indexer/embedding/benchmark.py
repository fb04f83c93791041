"""Chunks per second and milliseconds per question, in each number format of this machine."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from itertools import cycle, islice

from indexer.embedding.local import LocalEmbedder
from indexer.embedding.opening import local_model
from indexer.embedding.precision import SAMPLES, Precision, machine_has_fast_bfloat16
from settings.index import IndexSettings

_QUESTIONS = 20


@dataclass(frozen=True, slots=True)
class Speed:
    """What one number format gives."""

    precision: str
    device: str
    chunks_per_second: float
    query_ms: float


def measure(settings: IndexSettings, chunks: int) -> list[Speed]:
    """Embed `chunks` sample chunks in each format that makes sense here. Raises `ModelError`."""
    name = local_model(settings)
    exact = LocalEmbedder(name, device=settings.device, precision=Precision.FLOAT32)
    speeds = [_speed(exact, chunks)]
    if exact.device.startswith("cuda"):
        speeds.append(_speed(LocalEmbedder(name, device=exact.device, precision=Precision.FLOAT16), chunks))
    elif machine_has_fast_bfloat16():
        speeds.append(_speed(LocalEmbedder(name, device=exact.device, precision=Precision.BFLOAT16), chunks))
    return speeds


def _speed(embedder: LocalEmbedder, chunks: int) -> Speed:
    texts = list(islice(cycle(SAMPLES), chunks))
    embedder.embed_passages(SAMPLES)  # the first pass prepares buffers and kernels
    started = time.perf_counter()
    embedder.embed_passages(texts)
    seconds = time.perf_counter() - started
    return Speed(
        precision=embedder.precision.value,
        device=embedder.device,
        chunks_per_second=round(chunks / seconds, 1),
        query_ms=round(1000 * statistics.median(_question(embedder) for _ in range(_QUESTIONS)), 2),
    )


def _question(embedder: LocalEmbedder) -> float:
    started = time.perf_counter()
    embedder.embed_query("How many days of vacation do I have?")
    return time.perf_counter() - started
