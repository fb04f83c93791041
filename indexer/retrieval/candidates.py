"""The passages that compete for an answer: what each half finds, mapped to documents and fused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from indexer.retrieval.fusion import FusionWeights, from_zero, fuse, min_max
from indexer.retrieval.scope import Scope

NEAREST: Final = 1000
"""Passages that the dense half brings in; their documents are counted and can be ranked."""
MATCHING: Final = 1000
"""Passages that the lexical half brings in for ranking; documents beyond them follow by BM25 alone."""
_WIDENING: Final = 8


class VectorIndex(Protocol):
    """What retrieval asks of the vector index."""

    def search(
        self, vectors: npt.NDArray[np.float32], allowed: Collection[int], limit: int
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Per vector the `limit` nearest readable passages: cosines and chunk ids, nearest first."""


@dataclass(frozen=True, slots=True)
class DenseQuery:
    """The vectors to search, and the question's own: shape (dimension,)."""

    vectors: VectorIndex
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The competing passages by chunk id: their fused scores and what those came from (a half that does
    not know a passage has no score for it), the document of each, and the documents of the nearest ones."""

    scores: Mapping[int, float]
    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    document_of: Mapping[int, str]
    nearest_documents: tuple[str, ...]


NO_CANDIDATES: Final = Candidates({}, {}, {}, {}, ())


def gather(
    scope: Scope,
    query: DenseQuery | None,
    weights: FusionWeights,
) -> Candidates:
    """Ask both halves and fuse what they find.

    Without a `query` for the dense half, or with a weight of 0, that half is not asked. A passage that
    only the dense half found gets its true BM25 score.
    """
    dense: dict[int, float] = {}
    document_of: dict[int, str] = {}
    if query is not None and weights.dense > 0:
        dense, document_of = nearest(scope, query)
    nearest_documents = tuple(dict.fromkeys(document_of.values()))
    lexical: dict[int, float] = {}
    if weights.lexical > 0:
        lexical = _matching(scope, document_of)
    scores = fuse(min_max(dense), from_zero(lexical), weights)
    return Candidates(scores, dense, lexical, document_of, nearest_documents)


def nearest(scope: Scope, query: DenseQuery) -> tuple[dict[int, float], dict[int, str]]:
    """The nearest passages within the scope: their cosines and their documents.

    Where a filter, phrase or exclusion applies, the search widens until enough passages satisfy it or
    there are no more.
    """
    limit = NEAREST
    while True:
        scores, chunk_ids = query.vectors.search(query.vector[np.newaxis, :], scope.allowed, limit)
        found = {
            int(chunk): float(score)
            for chunk, score in zip(chunk_ids[0], scores[0], strict=True)
            if chunk >= 0
        }
        document_of = scope.snapshot.documents_of(list(found))
        if scope.is_constrained:
            permitted = scope.permitted(list(dict.fromkeys(document_of.values())))
            document_of = {chunk: name for chunk, name in document_of.items() if name in permitted}
        if len(document_of) >= NEAREST or len(found) < limit or not scope.is_constrained:
            kept = [chunk for chunk in found if chunk in document_of][:NEAREST]
            return {chunk: found[chunk] for chunk in kept}, {chunk: document_of[chunk] for chunk in kept}
        limit *= _WIDENING


def _matching(scope: Scope, document_of: dict[int, str]) -> dict[int, float]:
    """BM25 scores of the best matches and of the chunks in `document_of`, which the former join."""
    found = scope.snapshot.passages(scope.passages(), MATCHING)
    lexical = dict(zip(found.chunk_ids.tolist(), found.scores.tolist(), strict=True))
    places = dict(zip(found.chunk_ids.tolist(), found.document_ids, strict=True))
    if scope.is_constrained:
        permitted = scope.permitted(list(dict.fromkeys(places.values())))
        lexical = {chunk: score for chunk, score in lexical.items() if places[chunk] in permitted}
    missed = [chunk for chunk in document_of if chunk not in lexical]
    if missed:
        also = scope.snapshot.passages(scope.passages_among(missed), len(missed))
        lexical |= dict(zip(also.chunk_ids.tolist(), also.scores.tolist(), strict=True))
    document_of |= {chunk: places[chunk] for chunk in lexical if chunk in places}
    return lexical
