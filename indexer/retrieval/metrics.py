"""How good a ranking is against judgements: nDCG, recall and reciprocal rank.

Gain is the grade itself, discounted by log2(rank + 1), as in trec_eval and BEIR (Järvelin and Kekäläinen,
"Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Three measures in 0..1, for one query or their means over several."""

    ndcg_at_10: float
    recall_at_10: float
    mrr: float


def quality(ranking: Sequence[str], grades: Mapping[str, float]) -> Quality:
    """The quality of `ranking` (ids, best first, no repetition) given grades; 0 or less is irrelevant."""
    return Quality(ndcg(ranking, grades, 10), recall(ranking, grades, 10), reciprocal_rank(ranking, grades))


def ndcg(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """Normalised discounted cumulative gain of the first `depth`; 0 when nothing is relevant."""
    ideal = _discounted(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth])
    return _discounted(max(grades.get(key, 0.0), 0.0) for key in ranking[:depth]) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """The share of the relevant that stands among the first `depth`; 0 when nothing is relevant."""
    relevant = {key for key, grade in grades.items() if grade > 0}
    return len(relevant & set(ranking[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, float]) -> float:
    """One over the rank of the first relevant one; 0 when there is none."""
    ranks = (rank for rank, key in enumerate(ranking, start=1) if grades.get(key, 0.0) > 0)
    first = next(ranks, None)
    return 1.0 / first if first is not None else 0.0


def mean(qualities: Sequence[Quality]) -> Quality:
    """The mean of each measure; all 0 for no query."""
    count = max(len(qualities), 1)
    return Quality(
        sum(each.ndcg_at_10 for each in qualities) / count,
        sum(each.recall_at_10 for each in qualities) / count,
        sum(each.mrr for each in qualities) / count,
    )


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
