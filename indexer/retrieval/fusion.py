"""Fusing the two halves: a convex combination of normalised scores.

Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 42(1), 2023,
doi:10.1145/3596512): a convex combination of normalised scores beats reciprocal rank fusion in and out
of domain, because it keeps how far apart the scores lie. BM25 is scaled from its theoretical minimum, 0
(their TM2C2); cosines are stretched from their lowest, as unrelated texts lie near 0 for one model and near
.7 for another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

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


Scores = NDArray[np.float64]
"""Shape (n,): a score for each of n passages, NaN for those that are not known."""


def fuse(dense: Scores, lexical: Scores, weights: FusionWeights) -> Scores:
    """The fused score in 0..1 of each passage; each half's scores of them lie in 0..1.

    A passage that a half does not know gets 0 from it. A half that found nothing at all has no say: the other
    decides.
    """
    share = dense_share(has_any(dense), has_any(lexical), weights)
    return share * np.nan_to_num(dense) + (1 - share) * np.nan_to_num(lexical)


def has_any(scores: Scores) -> bool:
    """Whether a half knows any of the passages."""
    return not bool(np.isnan(scores).all())


def dense_share(has_dense: bool, has_lexical: bool, weights: FusionWeights) -> float:
    """The dense half's weight in 0..1, given which halves found anything; the lexical one has the rest."""
    if not has_lexical:
        return 1.0
    total = weights.dense + weights.lexical
    if not has_dense or total <= 0:
        return 0.0
    return weights.dense / total


def from_zero(scores: Scores) -> Scores:
    """The scores, none below 0, divided by the highest."""
    highest = float(np.fmax.reduce(scores, initial=0.0))
    return scores / highest if highest > 0 else scores


def min_max(scores: Scores) -> Scores:
    """The scores stretched so that the lowest is 0 and the highest 1; all 1 where they are equal."""
    lowest = float(np.fmin.reduce(scores, initial=np.inf))
    highest = float(np.fmax.reduce(scores, initial=-np.inf))
    if highest <= lowest:
        return np.where(np.isnan(scores), scores, 1.0)
    return (scores - lowest) / (highest - lowest)
