"""Folding passages to documents: the best passage counts, further good ones add a little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.document_keys import DocumentKeys, document_names
from indexer.retrieval.fusion import Scores
from indexer.retrieval.question import AppliedBoost

FURTHER_SHARE: Final = 0.1
"""How much of the way to a perfect score a perfect further passage goes."""
FURTHER_PASSAGES: Final = 2
"""Only so many further passages count, so that length alone wins nothing."""


class Folded(NamedTuple):
    """A document's score in 0..1 (beyond that where `boosts` raise it) and its chunk ids, best first.
    `relevance` is its score before any boost."""

    document_id: str
    score: float
    chunk_ids: tuple[int, ...]
    relevance: float = 0.0
    boosts: tuple[AppliedBoost, ...] = ()


@dataclass(frozen=True)
class FoldedDocuments:
    """Documents by falling score, equal ones in the order of their ids, so that pages never overlap.

    In columns, and each made a `Folded` only as it is asked for: a question finds a thousand and shows ten.
    `_chunk_ids` holds the passages of each document together, the best first, from one of `_starts` up to one
    of `_ends`.
    """

    keys: DocumentKeys
    scores: Scores
    relevance: Scores
    _chunk_ids: NDArray[np.int64]
    _starts: NDArray[np.intp]
    _ends: NDArray[np.intp]
    _boosts: Mapping[str, tuple[AppliedBoost, ...]] = field(default_factory=dict)

    @cached_property
    def document_ids(self) -> list[str]:
        """Best first."""
        return document_names(self.keys)

    def at(self, place: int) -> Folded:
        """The document at a place, from 0."""
        document_id = self.document_ids[place]
        return Folded(
            document_id,
            float(self.scores[place]),
            tuple(self._chunk_ids[self._starts[place] : self._ends[place]].tolist()),
            float(self.relevance[place]),
            self._boosts.get(document_id, ()),
        )

    def with_boosts(
        self, factors: NDArray[np.float64], boosts: Mapping[str, tuple[AppliedBoost, ...]]
    ) -> FoldedDocuments:
        """Their scores times `factors`, one for each, in the order that this makes."""
        raised = replace(self, scores=self.scores * factors, _boosts=boosts)
        return raised._taken(np.lexsort((self.keys[:, 1], self.keys[:, 0], -raised.scores)))

    def _taken(self, places: NDArray[np.intp]) -> FoldedDocuments:
        return FoldedDocuments(
            self.keys[places],
            self.scores[places],
            self.relevance[places],
            self._chunk_ids,
            self._starts[places],
            self._ends[places],
            self._boosts,
        )


def fold(
    chunk_ids: NDArray[np.int64], scores: Scores, keys: DocumentKeys, numbers: NDArray[np.intp]
) -> FoldedDocuments:
    """Passages, with scores in 0..1, as documents. `keys` are those of the documents, ascending, `numbers`
    which of them each passage stands in; each has one."""
    order = np.lexsort((chunk_ids, -scores, numbers))
    counts = np.bincount(numbers, minlength=len(keys))
    ends = np.cumsum(counts)
    starts = ends - counts
    relevance = _combined(scores[order], starts, counts)
    folded = FoldedDocuments(keys, relevance, relevance, chunk_ids[order], starts, ends)
    return folded._taken(np.argsort(-relevance, kind="stable"))


def _combined(scores: Scores, starts: NDArray[np.intp], counts: NDArray[np.intp]) -> Scores:
    """The scores of documents from those of their passages, which lie together from `starts` on, best first:
    never below the best, never above 1."""
    best = scores[starts]
    missing = 1.0 - best
    for further in range(1, 1 + FURTHER_PASSAGES):
        has = counts > further
        missing[has] *= 1.0 - FURTHER_SHARE * scores[starts[has] + further]
    return np.where(counts > 1, 1.0 - missing, best)
