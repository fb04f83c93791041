"""How sure a result is, in four words.

The bounds are a first guess over the fused score (0 to 1) and **not calibrated**: they order results, they
do not promise a share of right answers. Calibration against judged questions comes with issue 8.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Confidence(StrEnum):
    """Kendra's four buckets, in our spelling."""

    VERY_HIGH = "very_high"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_LOWER_BOUNDS: Final = (
    (0.80, Confidence.VERY_HIGH),
    (0.60, Confidence.HIGH),
    (0.35, Confidence.MEDIUM),
)


def confidence(score: float) -> Confidence:
    """The bucket of a score in 0..1; NaN, and all that is below every bound, is low."""
    return next((bucket for bound, bucket in _LOWER_BOUNDS if score >= bound), Confidence.LOW)
