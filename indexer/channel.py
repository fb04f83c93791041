"""A bounded queue between two threads that either of them can end, or give up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")


class AbandonedError(Exception):
    """The other side has given up: there is no use in going on."""


class Channel(Generic[Item]):
    """First in, first out; whoever puts waits while `capacity` items are in it."""

    def __init__(self, capacity: int) -> None:
        self._capacity: Final = capacity
        self._items: Final[deque[Item]] = deque()
        self._changed: Final = threading.Condition()
        self._closed = False
        self._abandoned = False

    def put(self, item: Item) -> None:
        """Add an item. Raises `AbandonedError`."""
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned or len(self._items) < self._capacity)
            if self._abandoned:
                raise AbandonedError
            self._items.append(item)
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing follows: iterating ends after the last item."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Wake both sides, and let neither go on."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Item]:
        """The items in turn. Raises `AbandonedError`."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._abandoned or self._closed or self._items)
                if self._abandoned:
                    raise AbandonedError
                if not self._items:
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
