"""What is known of pages alike: one host, path pattern, template and kind of evidence; and what follows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from extract.html.script_evidence import EvidenceKind

SAMPLES: Final = 3
"""Pages of a kind that are read both ways before the answer holds."""
_RELAPSE: Final = 5
"""Samples without a gain, after one had some, that speak against a browser (e^-5: 1 in 150 by chance)."""


class Renderer(StrEnum):
    """How a page is read; what the ledger keeps as its renderer."""

    HTTP = "http"
    BROWSER = "browser"


class CellKey(NamedTuple):
    """What pages must share to be taken for alike."""

    pattern: str
    template: int
    kind: EvidenceKind


@dataclass(slots=True)
class Cell:
    """Counts of pages alike, as `catalog.rendering.RenderingRecord`. Of this run alone: `pending` samples are
    being taken, at `failures` of them the browser failed."""

    pages: int = 0
    samples: int = 0
    gains: int = 0
    streak: int = 0
    pending: int = 0
    failures: int = 0

    def learn(self, *, gained: bool) -> None:
        """Take in one sample."""
        self.samples += 1
        self.gains += gained
        self.streak = 0 if gained else self.streak + 1

    def answer(self, kind: EvidenceKind, needed: int = SAMPLES) -> Renderer | None:
        """How such pages are read; None while too few were sampled.

        A gain decides at once, and holds until so many samples in a row had none that chance does not explain
        it. An empty shell needs no sample to be taken for one, but some to be cleared. A browser that fails
        again and again is not asked for ever.
        """
        if self.gains:
            before = (self.samples - self.streak) / self.gains
            return Renderer.HTTP if self.streak >= math.ceil(_RELAPSE * before) else Renderer.BROWSER
        if kind is EvidenceKind.SHELL and self.samples < SAMPLES:
            return Renderer.BROWSER
        return Renderer.HTTP if self.samples + self.failures >= needed else None
