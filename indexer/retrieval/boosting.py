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

from tantivy import Query

from indexer.lexical.queries import any_of, restricted
from indexer.lexical.reader import LexicalSnapshot, SortValue
from indexer.lexical.schema import column
from indexer.retrieval.candidates import Candidates
from indexer.retrieval.filters import equal_to
from indexer.retrieval.folding import Folded
from indexer.retrieval.question import AppliedBoost, Boost
from indexer.retrieval.scope import Scope
from settings.fields import FieldType

MOST_RAISED: Final = 10.0
"""By how much all boosts of a document together raise it at most; a tenth is what they leave it at least."""

_NANOSECONDS: Final = 1_000_000_000

Applied = tuple[AppliedBoost, ...]


def rules_for(configured: Sequence[Boost], asked: Sequence[Boost]) -> tuple[Boost, ...]:
    """The rules of a question: its own, and of the configured ones those for other fields."""
    fields = {boost.field for boost in asked}
    return (*asked, *(boost for boost in configured if boost.field not in fields))


def boosts_of(
    document_ids: Sequence[str], rules: Iterable[Boost], scope: Scope, now: datetime
) -> dict[str, Applied]:
    """What counts for these documents; those for which no rule does are left out.

    Ages are reckoned to the hour, so that the pages of an answer agree. A rule for a field that the index
    does not have yet counts for none.
    """
    applied: dict[str, Applied] = {}
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for rule in rules:
        if rule.field not in scope.snapshot.columns or not document_ids:
            continue
        for document_id, earned in _earned(document_ids, rule, scope, hour).items():
            factor = 1.0 + (rule.weight - 1.0) * earned
            if factor != 1.0:
                applied[document_id] = (*applied.get(document_id, ()), AppliedBoost(rule, factor))
    return applied


def factor_of(applied: Applied) -> float:
    """What these boosts together multiply a score by."""
    factor = 1.0
    for each in applied:
        factor *= each.factor
    return min(max(factor, 1.0 / MOST_RAISED), MOST_RAISED)


def boosted(folded: Iterable[Folded], applied: Mapping[str, Applied]) -> list[Folded]:
    """The documents by their boosted scores; equal ones by their ids."""
    raised = [_raised(each, applied.get(each.document_id, ())) for each in folded]
    return sorted(raised, key=lambda each: (-each.score, each.document_id))


def _raised(folded: Folded, applied: Applied) -> Folded:
    return folded._replace(score=folded.score * factor_of(applied), boosts=applied) if applied else folded


def boosted_passages(candidates: Candidates, applied: Mapping[str, Applied]) -> Mapping[int, float]:
    """The scores of passages, each with the boosts of its document."""
    if not applied:
        return candidates.scores
    return {
        chunk: score * factor_of(applied.get(candidates.document_of.get(chunk, ""), ()))
        for chunk, score in candidates.scores.items()
    }


def _earned(document_ids: Sequence[str], rule: Boost, scope: Scope, now: datetime) -> dict[str, float]:
    """How much of the rule's boost each document earns: 0 to 1."""
    snapshot, among = scope.snapshot, scope.among(document_ids)
    if rule.half_life is None and rule.pivot is None:
        query = restricted(among, [_holding(rule, snapshot)])
        return dict.fromkeys(snapshot.documents(query, len(document_ids)).document_ids, 1.0)
    found = snapshot.documents(among, len(document_ids), by=rule.field)
    values = zip(found.document_ids, found.keys, strict=True)
    return {name: _share(rule, float(value), now) for name, value in values if value is not None}


def _holding(rule: Boost, snapshot: LexicalSnapshot) -> Query:
    """The documents with one of the rule's values; where it names none, with any."""
    if not rule.values:
        return Query.exists_query(column(rule.field))
    kind, schema = snapshot.columns[rule.field], snapshot.documents_schema
    values = [value for text in rule.values if (value := _typed(text, kind)) is not None]
    return any_of([equal_to(rule.field, value, schema, kind) for value in values])


def _typed(text: str, kind: FieldType) -> SortValue | None:
    """A rule's value as the column holds it; None for what can be none of it."""
    try:
        match kind:
            case FieldType.BOOLEAN:
                return {"true": True, "false": False}.get(text.lower())
            case FieldType.LONG:
                return int(text)
            case FieldType.DOUBLE:
                return float(text)
            case FieldType.DATE:
                return None
            case FieldType.STRING | FieldType.STRING_LIST:
                return text
    except ValueError:
        return None


def _share(rule: Boost, value: float, now: datetime) -> float:
    if rule.half_life is not None:
        age = max(0.0, now.timestamp() - value / _NANOSECONDS)
        return float(0.5 ** (age / rule.half_life.total_seconds()))
    assert rule.pivot is not None
    return value / (value + rule.pivot) if value > 0 else 0.0
