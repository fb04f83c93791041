"""Boosts: what raises or lowers documents that a question finds anyway, by their fields or their age.

A rule multiplies a document's score by its weight where a value is among the rule's; else by as much of it as
the document earns: half at the age of `half_life`, or at a number as high as `pivot` (the exponential decay
and the saturation of Elasticsearch's `function_score` and `rank_feature`). All rules together stay within
`MOST_RAISED`, and nothing is found by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from indexer.lexical.reader import LexicalSnapshot, SortValue
from indexer.retrieval.boost_values import BoostValues, is_by_value
from indexer.retrieval.candidates import Candidates
from indexer.retrieval.folding import FoldedDocuments
from indexer.retrieval.fusion import Scores
from indexer.retrieval.question import AppliedBoost, Boost

MOST_RAISED: Final = 10.0
"""By how much all boosts of a document together raise it at most; a tenth is what they leave it at least."""

_NANOSECONDS: Final = 1_000_000_000

Applied = tuple[AppliedBoost, ...]


def rules_for(configured: Sequence[Boost], asked: Sequence[Boost]) -> tuple[Boost, ...]:
    """The rules of a question: its own, and of the configured ones those for other fields."""
    fields = {boost.field for boost in asked}
    return (*asked, *(boost for boost in configured if boost.field not in fields))


def boosts_of(
    document_ids: Sequence[str],
    rules: Iterable[Boost],
    snapshot: LexicalSnapshot,
    values: BoostValues,
    now: datetime,
) -> dict[str, Applied]:
    """What counts for these documents; those for which no rule does are left out.

    Ages are reckoned to the hour, so that the pages of an answer agree. A rule for a field that the index
    does not have yet counts for none.
    """
    applied: dict[str, Applied] = {}
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for rule in rules:
        if rule.field not in snapshot.columns or not document_ids:
            continue
        for document_id, value in values.of(rule, document_ids, snapshot).items():
            factor = 1.0 + (rule.weight - 1.0) * _earned(rule, value, hour)
            if factor != 1.0:
                applied[document_id] = (*applied.get(document_id, ()), AppliedBoost(rule, factor))
    return applied


def factor_of(applied: Applied) -> float:
    """What these boosts together multiply a score by."""
    factor = 1.0
    for each in applied:
        factor *= each.factor
    return min(max(factor, 1.0 / MOST_RAISED), MOST_RAISED)


def boosted(folded: FoldedDocuments, applied: Mapping[str, Applied]) -> FoldedDocuments:
    """The documents by their boosted scores; equal ones by their ids."""
    return folded.with_boosts(_factors(folded.document_ids, applied), applied)


def boosted_passages(candidates: Candidates, applied: Mapping[str, Applied]) -> Scores:
    """The scores of passages, each with the boosts of its document."""
    return candidates.scores * _factors(candidates.document_ids, applied)[candidates.numbers]


def _factors(document_ids: Sequence[str], applied: Mapping[str, Applied]) -> Scores:
    return np.array([factor_of(applied.get(each, ())) for each in document_ids], dtype=np.float64)


def _earned(rule: Boost, value: SortValue | None, now: datetime) -> float:
    """How much of the rule's boost a document with this value earns: 0 to 1."""
    if value is None:
        return 0.0
    if is_by_value(rule):
        return 1.0
    number = float(value)
    if rule.half_life is not None:
        age = max(0.0, now.timestamp() - number / _NANOSECONDS)
        return float(0.5 ** (age / rule.half_life.total_seconds()))
    assert rule.pivot is not None
    return number / (number + rule.pivot) if number > 0 else 0.0
