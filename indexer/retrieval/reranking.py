"""Reading the best passages anew by a cross-encoder, within a budget of time.

Nogueira and Cho, "Passage Re-ranking with BERT" (2019, arXiv:1901.04085): a model that reads question and
passage together orders the best candidates better than vectors and words that were made apart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

MOST_READ: Final = 50
"""Passages that are read anew at most."""
BUDGET_SECONDS: Final = 0.5
"""No further batch begins after so long; what was not read keeps its place below what was."""
_BATCH: Final = 8


class RerankerError(Exception):
    """The cross-encoder cannot be used; the message says which, what was seen and what to do."""


class PairScorer(Protocol):
    """A model that reads a question and passages."""

    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        """How well each passage answers, in 0..1. Raises `RerankerError`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: chunk id → score in 0..1, and why it is less than it could be."""

    scores: Mapping[int, float]
    fault: str | None = None


class Reranker:
    """Opens its model at the first question; one that cannot be opened is tried again after a `refresh`."""

    def __init__(
        self, open_scorer: Callable[[], PairScorer], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_scorer: Final = open_scorer
        self._clock: Final = clock
        self._opening: Final = threading.Lock()
        self._scorer: PairScorer | None = None
        self._fault: str | None = None

    def prepare(self) -> None:
        """Load the model, unless that is done or has failed since the last refresh."""
        with self._opening:
            if self._scorer is None and self._fault is None:
                try:
                    self._scorer = self._open_scorer()
                except RerankerError as error:
                    self._fault = str(error)

    def refresh(self) -> None:
        """Try again to open what failed to."""
        self._fault = None

    def read(self, question: str, passages: Sequence[tuple[int, str]]) -> Reading:
        """Score passages (chunk id and text, best first) until all are read or the time is up."""
        self.prepare()
        scorer = self._scorer
        if scorer is None:
            return Reading({}, self._fault or "the reranker is being loaded")
        scores: dict[int, float] = {}
        end = self._clock() + BUDGET_SECONDS
        for start in range(0, min(len(passages), MOST_READ), _BATCH):
            if start and self._clock() >= end:
                break
            batch = passages[start : min(start + _BATCH, MOST_READ)]
            try:
                found = scorer.scores(question, [text for _, text in batch])
            except RerankerError as error:
                return Reading({}, str(error))
            scores |= {chunk: float(score) for (chunk, _), score in zip(batch, found, strict=True)}
        return Reading(scores)


def reordered(
    chunk_ids: npt.NDArray[np.int64], fused: npt.NDArray[np.float64], read: Mapping[int, float]
) -> npt.NDArray[np.float64]:
    """Fused scores (0..1) of passages, of which those in `read` are replaced: by what the reranker says of
    them, above everything that it did not read."""
    is_read = np.isin(chunk_ids, list(read))
    floor = fused[~is_read].max(initial=0.0)
    scores = fused.copy()
    scores[is_read] = [floor + (1.0 - floor) * read[chunk] for chunk in chunk_ids[is_read].tolist()]
    return scores
