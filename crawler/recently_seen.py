"""A set of bounded size: what was seen lately, for passing over repetition cheaply."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class RecentlySeen(Generic[T]):
    """Remembers at least the last `capacity` distinct items and at most twice as many.

    Two generations: when the younger is full it becomes the older, whose items are forgotten. Forgetting is
    harmless where the ledger has the last word.
    """

    __slots__ = ("_capacity", "_older", "_younger")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._younger: set[T] = set()
        self._older: set[T] = set()

    def __contains__(self, item: T) -> bool:
        return item in self._younger or item in self._older

    def add(self, item: T) -> None:
        """Remember an item."""
        if len(self._younger) >= self._capacity:
            self._older = self._younger
            self._younger = set()
        self._younger.add(item)
