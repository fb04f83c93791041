"""What was read: the likeliest answer, and how likely it is one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest answer: code points `start` to `end` of the text.

    `margin` is how much likelier it is that the text answers than that it does not: the natural logarithm of
    the odds, the mean of two estimates.
    """

    start: int
    end: int
    margin: float
