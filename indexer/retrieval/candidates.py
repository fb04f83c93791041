"""The passages that compete for an answer: what each half finds, mapped to documents and fused."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from indexer.document_keys import DocumentKeys, document_names, numbered
from indexer.found_passages import NOTHING, FoundPassages
from indexer.retrieval.fusion import FusionWeights, Scores, from_zero, fuse, min_max
from indexer.retrieval.scope import Scope

NEAREST: Final = 1000
"""Passages that the dense half brings in; their documents are counted and can be ranked."""
MATCHING: Final = 1000
"""Passages that the lexical half brings in for ranking; documents beyond them follow by BM25 alone."""
SCORED: Final = 250
"""Of the nearest passages that are not among those, so many get their BM25 score: to find a passage by its id
takes 3 µs, and what is neither near nor matches well stands on a late page."""
_WIDENING: Final = 8
"""How many times as many passages are looked at, at most, when too few satisfy a filter;"""
_SPARE: Final = 1.3
"""so many times as many as would do were the further ones like the nearest."""


class VectorIndex(Protocol):
    """What retrieval asks of the vector index."""

    def nearest(self, vector: npt.NDArray[np.float32], allowed: Collection[int], limit: int) -> FoundPassages:
        """The `limit` readable passages that are nearest to a vector of shape (dimension,)."""


@dataclass(frozen=True, slots=True)
class DenseQuery:
    """The vectors to search, and the question's own: shape (dimension,)."""

    vectors: VectorIndex
    vector: npt.NDArray[np.float32]
    _found: dict[int, FoundPassages] = field(default_factory=dict)

    def closest(self, scope: Scope, limit: int) -> FoundPassages:
        """The `limit` nearest readable passages, whatever else is asked of them.

        Found once, however widely and with however many filters a question is asked.
        """
        if limit not in self._found:
            self._found[limit] = self.vectors.nearest(self.vector, scope.allowed, limit)
        return self._found[limit]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The competing passages, a row each, by ascending chunk id: their fused scores and what those came from
    (NaN where a half does not know a passage), their documents in the order of ids, and which of these each
    passage stands in. Besides, the documents of the nearest ones but those in which a word was found, and
    what a reranker said of those that it read.
    """

    chunk_ids: npt.NDArray[np.int64]
    scores: Scores
    dense: Scores
    lexical: Scores
    documents: DocumentKeys
    numbers: npt.NDArray[np.intp]
    unmatched_documents: tuple[str, ...] = ()
    reread: Mapping[int, float] = field(default_factory=dict)

    @property
    def document_ids(self) -> list[str]:
        """The documents, as `numbers` counts them."""
        return document_names(self.documents)

    def row(self, chunk_id: int) -> int | None:
        """The row of a passage; None for one that does not compete."""
        row = int(np.searchsorted(self.chunk_ids, chunk_id))
        return row if row < len(self.chunk_ids) and self.chunk_ids[row] == chunk_id else None

    def best(self, count: int | None = None) -> list[tuple[int, str]]:
        """The chunk and document ids of the best passages, or of all, best first."""
        order = np.lexsort((self.chunk_ids, -self.scores))[:count]
        names = document_names(self.documents[self.numbers[order]])
        return list(zip(self.chunk_ids[order].tolist(), names, strict=True))


def gather(
    scope: Scope,
    query: DenseQuery | None,
    weights: FusionWeights,
    matching: Callable[[], FoundPassages],
) -> Candidates:
    """Ask the vectors, and fuse what they find with what matches.

    Without a `query`, or with a weight of 0, the vectors are not asked; `matching`, which may be under way
    meanwhile, not for words of weight 0. The nearest of the passages that only the vectors found get their
    true BM25 scores.
    """
    near = NOTHING if query is None or weights.dense <= 0 else nearest(scope, query)
    if weights.lexical <= 0:
        return _fused(near, NOTHING, {}, weights)
    matched = matching()
    scored: dict[int, float] = {}
    if len(matched.chunk_ids) >= MATCHING or scope.is_constrained:  # else no further passage holds a word
        unscored = near.chunk_ids[~np.isin(near.chunk_ids, matched.chunk_ids)]
        scored = _scored(scope, unscored[:SCORED].tolist())
    return _fused(near, matched, scored, weights)


def _fused(
    near: FoundPassages, matched: FoundPassages, scored: Mapping[int, float], weights: FusionWeights
) -> Candidates:
    """What is near and what matches, together; `scored` are BM25 scores of what is only near."""
    chunk_ids, first = np.unique(np.concatenate([near.chunk_ids, matched.chunk_ids]), return_index=True)
    documents, numbers = numbered(np.concatenate([near.documents, matched.documents])[first])
    dense, lexical = np.full(len(chunk_ids), np.nan), np.full(len(chunk_ids), np.nan)
    near_rows = np.searchsorted(chunk_ids, near.chunk_ids)
    dense[near_rows] = near.scores
    lexical[np.searchsorted(chunk_ids, matched.chunk_ids)] = matched.scores
    lexical[np.searchsorted(chunk_ids, list(scored))] = list(scored.values())
    unmatched = np.zeros(len(documents), dtype=np.bool_)
    unmatched[numbers[near_rows]] = True
    unmatched[numbers[~np.isnan(lexical)]] = False
    return Candidates(
        chunk_ids,
        fuse(min_max(dense), from_zero(lexical), weights),
        dense,
        lexical,
        documents,
        numbers,
        tuple(document_names(documents[unmatched])),
    )


NO_CANDIDATES: Final = _fused(NOTHING, NOTHING, {}, FusionWeights())


def nearest(scope: Scope, query: DenseQuery) -> FoundPassages:
    """The nearest passages within the scope.

    Where a filter, phrase or exclusion applies, the search widens until enough passages satisfy it or
    there are no more.
    """
    limit = NEAREST
    asked: set[str] = set()
    permitted: set[str] = set()
    while True:
        found = every = query.closest(scope, limit)
        if scope.is_constrained:
            names = every.distinct_documents
            permitted |= scope.permitted([name for name in names if name not in asked])
            asked.update(names)
            found = _within(every, permitted)
        if len(found.chunk_ids) >= NEAREST or len(every.chunk_ids) < limit or not scope.is_constrained:
            return found.first(NEAREST)
        limit = math.ceil(limit * min(_WIDENING, _SPARE * NEAREST / max(1, len(found.chunk_ids))))


def _scored(scope: Scope, chunk_ids: list[int]) -> dict[int, float]:
    """The BM25 scores of those of these chunks that hold a word."""
    if not chunk_ids:
        return {}
    placed = scope.snapshot.passages(scope.passages_placed(chunk_ids), len(chunk_ids))
    pairs = zip(placed.chunk_ids.tolist(), placed.scores.tolist(), strict=True)
    return {chunk: score for chunk, score in pairs if score > 0}


def matching(scope: Scope) -> FoundPassages:
    """What the words of a question find best."""
    found = scope.snapshot.passages(scope.passages(), MATCHING)
    return _within(found, scope.permitted(found.distinct_documents)) if scope.is_constrained else found


def _within(found: FoundPassages, document_ids: Collection[str]) -> FoundPassages:
    """The passages that stand in one of these documents."""
    documents, numbers = numbered(found.documents)
    among = np.array([name in document_ids for name in document_names(documents)], dtype=np.bool_)
    return found.where(among[numbers])
