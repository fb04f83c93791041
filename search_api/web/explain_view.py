"""What a result's score is made of, as bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from indexer.retrieval.question import PartName
from search_api.query.response import ScoreExplanation
from search_api.web.text import clean

_LABELS: Final[Mapping[PartName, str]] = {
    "dense": "Meaning",
    "lexical": "Words",
    "rerank": "Reranker",
    "further_passages": "Further passages",
    "boost": "Boost",
    "freshness": "Freshness",
    "limit": "Limit",
}
WIDTH: Final = 100
"""The width of the widest bar."""


@dataclass(frozen=True, slots=True)
class PartView:
    """What something adds to the score, or takes from it; `width` of its bar in 0..`WIDTH`."""

    label: str
    value: str
    detail: str
    width: int
    takes: bool


@dataclass(frozen=True, slots=True)
class WordView:
    """What a word adds to the BM25 score of the best passage."""

    words: str
    score: str


@dataclass(frozen=True, slots=True)
class ExplainView:
    """The parts, which add up to the score."""

    score: str
    parts: tuple[PartView, ...]
    words: tuple[WordView, ...]


def view_explanation(score: float, explanation: ScoreExplanation) -> ExplainView:
    """The explanation of a result with this score."""
    widest = max((abs(part.value) for part in explanation.parts), default=0) or 1
    return ExplainView(
        score=f"{score:.3f}",
        parts=tuple(
            PartView(
                label=_LABELS[part.name],
                value=f"{part.value:+.3f}",
                detail=clean(part.detail),
                width=round(abs(part.value) / widest * WIDTH),
                takes=part.value < 0,
            )
            for part in explanation.parts
        ),
        words=tuple(WordView(clean(word.words), f"{word.score:.2f}") for word in explanation.words),
    )
