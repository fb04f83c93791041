"""Fusing the two halves: a convex combination of normalised scores.

Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 42(1), 2023,
doi:10.1145/3596512): a convex combination of normalised scores beats reciprocal rank fusion in and out
of domain, because it keeps how far apart the scores lie. BM25 is scaled from its theoretical minimum, 0
(their TM2C2); cosines are stretched from their lowest, as unrelated texts lie near 0 for one model and near
.7 for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

IDENTIFIER_SHARE: Final = 0.4
"""What remains of the dense half's weight where a question names an identifier (`max_connections`,
`std::vector`, `abort()`, `PQexec`): the model never learned it and finds what only looks like it."""

_IDENTIFIER: Final = re.compile(r"\w_\w|::|->|\w\(\)|[a-z][A-Z]|[A-Z]{2}[a-z]{2}")


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """What each half counts (`search.hybrid`); only their ratio matters."""

    dense: float = 0.5
    lexical: float = 0.5


def weights_for(text: str, weights: FusionWeights) -> FusionWeights:
    """`weights`, adjusted to what is asked: words weigh more where `text` names an identifier."""
    if _IDENTIFIER.search(text):
        return replace(weights, dense=weights.dense * IDENTIFIER_SHARE)
    return weights


def fuse(
    dense: Mapping[int, float], lexical: Mapping[int, float], weights: FusionWeights
) -> dict[int, float]:
    """Chunk id → fused score in 0..1, for every chunk of either half; each half's scores lie in 0..1.

    A chunk that a half does not know gets 0 from it. A half that found nothing at all has no say: the other
    decides.
    """
    share = dense_share(bool(dense), bool(lexical), weights)
    return {
        chunk_id: share * dense.get(chunk_id, 0.0) + (1 - share) * lexical.get(chunk_id, 0.0)
        for chunk_id in dense.keys() | lexical.keys()
    }


def dense_share(has_dense: bool, has_lexical: bool, weights: FusionWeights) -> float:
    """The dense half's weight in 0..1, given which halves found anything; the lexical one has the rest."""
    if not has_lexical:
        return 1.0
    total = weights.dense + weights.lexical
    if not has_dense or total <= 0:
        return 0.0
    return weights.dense / total


def from_zero(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores, none below 0, divided by the highest."""
    highest = max(scores.values(), default=0.0)
    return {key: score / highest for key, score in scores.items()} if highest > 0 else dict(scores)


def min_max(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores stretched so that the lowest is 0 and the highest 1; all 1 where they are equal."""
    if not scores:
        return {}
    lowest, highest = min(scores.values()), max(scores.values())
    spread = highest - lowest
    if spread <= 0:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - lowest) / spread for key, score in scores.items()}
