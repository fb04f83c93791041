"""Folding passages to documents: the best passage counts, further good ones add a little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from indexer.retrieval.question import AppliedBoost

FURTHER_SHARE: Final = 0.1
"""How much of the way to a perfect score a perfect further passage goes."""
FURTHER_PASSAGES: Final = 2
"""Only so many further passages count, so that length alone wins nothing."""


class Folded(NamedTuple):
    """A document's score in 0..1 (beyond that where `boosts` raise it) and its chunk ids, best first.
    `relevance` is its score before any boost.

    A named tuple, since each question makes a thousand and more: a frozen dataclass takes twice as long.
    """

    document_id: str
    score: float
    chunk_ids: tuple[int, ...]
    relevance: float = 0.0
    boosts: tuple[AppliedBoost, ...] = ()


def fold(scores: Mapping[int, float], document_of: Mapping[int, str]) -> list[Folded]:
    """Documents by falling score. Chunks that stand in no document are left out.

    Scores lie in 0..1. Ties are broken by document id, so that pages of results never overlap.
    """
    by_document: dict[str, list[int]] = {}
    for chunk_id in sorted(sorted(scores), key=scores.__getitem__, reverse=True):
        document_id = document_of.get(chunk_id)
        if document_id is None:
            continue
        passages = by_document.get(document_id)
        if passages is None:
            by_document[document_id] = [chunk_id]
        else:
            passages.append(chunk_id)
    folded = {
        document_id: combined([scores[chunk_id] for chunk_id in passages[: 1 + FURTHER_PASSAGES]])
        for document_id, passages in by_document.items()
    }
    return [
        Folded(document_id, folded[document_id], tuple(by_document[document_id]), folded[document_id])
        for document_id in sorted(sorted(folded), key=folded.__getitem__, reverse=True)
    ]


def combined(scores: Sequence[float]) -> float:
    """The document's score from its passages' scores, best first: never below the best, never above 1."""
    missing = 1.0 - scores[0]
    for score in scores[1 : 1 + FURTHER_PASSAGES]:
        missing *= 1.0 - FURTHER_SHARE * score
    return 1.0 - missing
