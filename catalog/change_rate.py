"""How often a page changes, estimated from visits at which one sees only whether it changed since the last.

Two changes between two visits look like one, so changes by time is too low for pages that change often. The
estimator of Cho & Garcia-Molina, "Estimating frequency of change" (ACM TOIT 3(3), 2003, section 4.2),
λ = −ln((n − X + ½) / (n + ½)) / I, is nearly free of that bias: n intervals between visits, each I long, at
the end of X of which the page had changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_DAY: Final = 86_400.0

PRIOR_INTERVALS: Final = 1.0
PRIOR_CHANGES: Final = 0.5
PRIOR_SECONDS: Final = 8 * _DAY
"""What is supposed of a page before anything is known: one interval of eight days with half a change, that is
a change about every twenty days. It counts as much as one visit, and fades as the visits add up."""


@dataclass(frozen=True, slots=True)
class ChangeRate:
    """A page changes `per_second` times a second on average, as a Poisson process."""

    per_second: float

    @property
    def mean(self) -> timedelta:
        """The average time between two changes."""
        return timedelta(seconds=1 / self.per_second)

    def probability_of_change(self, within: timedelta) -> float:
        """How likely at least one change in so much time is."""
        return -math.expm1(-self.per_second * max(within.total_seconds(), 0.0))


def estimate(intervals: int, changes: int, watched: timedelta) -> ChangeRate:
    """The rate of a page that had changed in `changes` of `intervals`, together `watched` long."""
    n = max(intervals, 0) + PRIOR_INTERVALS
    changed = min(max(changes, 0), max(intervals, 0)) + PRIOR_CHANGES
    seconds = max(watched.total_seconds(), 0.0) + PRIOR_SECONDS
    return ChangeRate(-math.log((n - changed + 0.5) / (n + 0.5)) / (seconds / n))
