"""The passages that compete for an answer: what each half finds, mapped to documents and fused."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from indexer.retrieval.fusion import FusionWeights, from_zero, fuse, min_max
from indexer.retrieval.scope import Scope
from indexer.vectors.backend import Neighbours

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

    def nearest(self, vector: npt.NDArray[np.float32], allowed: Collection[int], limit: int) -> Neighbours:
        """The `limit` readable passages that are nearest to a vector of shape (dimension,)."""


@dataclass(frozen=True, slots=True)
class DenseQuery:
    """The vectors to search, and the question's own: shape (dimension,)."""

    vectors: VectorIndex
    vector: npt.NDArray[np.float32]
    _found: dict[int, Nearest] = field(default_factory=dict)

    def closest(self, scope: Scope, limit: int) -> Nearest:
        """The `limit` nearest readable passages, whatever else is asked of them.

        Found once, however widely and with however many filters a question is asked.
        """
        if limit not in self._found:
            found = self.vectors.nearest(self.vector, scope.allowed, limit)
            self._found[limit] = Nearest(
                dict(zip(found.chunk_ids, found.cosines, strict=True)),
                dict(zip(found.chunk_ids, found.document_ids, strict=True)),
            )
        return self._found[limit]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The competing passages by chunk id: their fused scores and what those came from (a half that does
    not know a passage has no score for it), the document of each, the documents of the nearest ones but those
    in which a word was found, and what a reranker said of those that it read."""

    scores: Mapping[int, float]
    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    document_of: Mapping[int, str]
    unmatched_documents: tuple[str, ...]
    reread: Mapping[int, float] = field(default_factory=dict)


NO_CANDIDATES: Final = Candidates({}, {}, {}, {}, ())


def gather(
    scope: Scope,
    query: DenseQuery | None,
    weights: FusionWeights,
    matching: Callable[[], Matching],
) -> Candidates:
    """Ask the vectors, and fuse what they find with what matches.

    Without a `query`, or with a weight of 0, the vectors are not asked; `matching`, which may be under way
    meanwhile, not for words of weight 0. The nearest of the passages that only the vectors found get their
    true BM25 scores.
    """
    near = NONE_NEAR if query is None or weights.dense <= 0 else nearest(scope, query)
    lexical: dict[int, float] = {}
    document_of = dict(near.document_of)
    if weights.lexical > 0:
        matched = matching()
        lexical |= matched.scores
        document_of |= matched.document_of
        if len(lexical) >= MATCHING or scope.is_constrained:  # else no further passage holds a word
            unscored = (chunk for chunk in near.dense if chunk not in lexical)
            lexical |= _scored(scope, list(islice(unscored, SCORED)))
    scores = fuse(min_max(near.dense), from_zero(lexical), weights)
    matched_documents = {document_of[chunk] for chunk in lexical}
    unmatched = (name for name in near.documents if name not in matched_documents)
    return Candidates(scores, near.dense, lexical, document_of, tuple(unmatched))


@dataclass(frozen=True, slots=True)
class Matching:
    """The passages that match best: their BM25 scores and documents."""

    scores: Mapping[int, float]
    document_of: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest passages, nearest first: their cosines and documents."""

    dense: Mapping[int, float]
    document_of: Mapping[int, str]

    @property
    def documents(self) -> tuple[str, ...]:
        """Each document once."""
        return tuple(dict.fromkeys(self.document_of.values()))


NONE_NEAR: Final = Nearest({}, {})


def nearest(scope: Scope, query: DenseQuery) -> Nearest:
    """The nearest passages within the scope.

    Where a filter, phrase or exclusion applies, the search widens until enough passages satisfy it or
    there are no more.
    """
    limit = NEAREST
    asked: set[str] = set()
    permitted: set[str] = set()
    while True:
        found = query.closest(scope, limit)
        document_of = found.document_of
        if scope.is_constrained:
            permitted |= scope.permitted([name for name in found.documents if name not in asked])
            asked.update(found.documents)
            document_of = {chunk: name for chunk, name in document_of.items() if name in permitted}
        if len(document_of) >= NEAREST or len(found.dense) < limit or not scope.is_constrained:
            kept = [chunk for chunk in found.dense if chunk in document_of][:NEAREST]
            return Nearest(
                {chunk: found.dense[chunk] for chunk in kept},
                {chunk: document_of[chunk] for chunk in kept},
            )
        limit = math.ceil(limit * min(_WIDENING, _SPARE * NEAREST / max(1, len(document_of))))


def _scored(scope: Scope, chunk_ids: list[int]) -> dict[int, float]:
    """The BM25 scores of those of these chunks that hold a word."""
    if not chunk_ids:
        return {}
    placed = scope.snapshot.passages(scope.passages_placed(chunk_ids), len(chunk_ids))
    pairs = zip(placed.chunk_ids.tolist(), placed.scores.tolist(), strict=True)
    return {chunk: score for chunk, score in pairs if score > 0}


def matching(scope: Scope) -> Matching:
    """What the words of a question find best."""
    found = scope.snapshot.passages(scope.passages(), MATCHING)
    chunks = found.chunk_ids.tolist()
    lexical = dict(zip(chunks, found.scores.tolist(), strict=True))
    places = dict(zip(chunks, found.document_ids, strict=True))
    if scope.is_constrained:
        permitted = scope.permitted(list(dict.fromkeys(places.values())))
        places = {chunk: name for chunk, name in places.items() if name in permitted}
        lexical = {chunk: lexical[chunk] for chunk in places}
    return Matching(lexical, places)
