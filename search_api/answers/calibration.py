"""How likely an answer is right, learned from judged questions; docs/answers.md has what it held on others.

By Platt's scaling (1999, *Probabilistic Outputs for Support Vector Machines*) of how strongly reader and
retrieval speak for an answer; `benchmarks.answers` measures it.
"""

from __future__ import annotations

import math
from typing import Final

from search_api.query.confidence import Confidence

_OF_RELEVANCE: Final = 2.0
_SLOPE: Final = 0.308
_INTERCEPT: Final = -1.22

LEAST_PROBABILITY: Final = 0.28
"""Below it a question stays unanswered: of the judged questions that keeps 85 in 100 answerable ones."""
CARRYING_PROBABILITY: Final = 0.10
"""Below it a language model is not asked either: 3 in 100 answerable ones."""
_LOWER_BOUNDS: Final = (
    (0.90, Confidence.VERY_HIGH),
    (0.80, Confidence.HIGH),
    (0.50, Confidence.MEDIUM),
)
ENGLISH: Final = "en"


def probability(margin: float, relevance: float) -> float:
    """That an answer is right, by `Reading.margin` and the relevance of its passage (0 to 1)."""
    logit = _SLOPE * (margin + _OF_RELEVANCE * relevance) + _INTERCEPT
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))


def confidence_of(right: float, language: str | None) -> Confidence | None:
    """The word for a probability; None: not to be shown.

    The reader learned English: of another language an answer is shown only where it would be high in English,
    and is called medium, for how often it is right was not measured.
    """
    if right < LEAST_PROBABILITY:
        return None
    found = next((bucket for bound, bucket in _LOWER_BOUNDS if right >= bound), Confidence.LOW)
    if _is_english(language):
        return found
    return Confidence.MEDIUM if found in (Confidence.HIGH, Confidence.VERY_HIGH) else None


def may_carry(right: float, language: str | None) -> bool:
    """Whether a text in which the likeliest answer has this probability may hold one that the reader missed:
    of another language than English that is always so."""
    return right >= CARRYING_PROBABILITY or not _is_english(language)


def _is_english(language: str | None) -> bool:
    return language is None or language.split("-", 1)[0].lower() == ENGLISH
