"""Two kinds of parser processes: for pages, many and quick, and for files, which may do anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_GIB: Final = 2**30


@dataclass(frozen=True, slots=True)
class ParserKind:
    """What the processes of a kind may take, and how they are kept at work.

    A process has `memory` bytes of address space, `job_seconds` for a body, `patient_seconds` where scanned
    pages are to be recognised. `ahead` jobs lie ready at it, so that it never waits for the event loop, and
    `worth_another` at each before another is started, which takes half a second of a processor. After
    `most_jobs` a fresh one takes its place, after `idle_seconds` without work it ends.
    """

    memory: int
    job_seconds: float
    patient_seconds: float
    ahead: int
    worth_another: int
    most_jobs: int | None = None
    idle_seconds: float | None = None


PAGES: Final = ParserKind(6 * _GIB, job_seconds=60.0, patient_seconds=60.0, ahead=6, worth_another=3)
FILES: Final = ParserKind(
    2 * _GIB,
    job_seconds=60.0,
    patient_seconds=600.0,
    ahead=1,
    worth_another=1,
    most_jobs=200,
    idle_seconds=20.0,
)
"""Of the 2 GiB 0.7 are what an idle one maps; a scan of 100 pages takes tesseract some minutes."""
