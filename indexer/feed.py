"""Which pending documents come next: none twice at a time, and the more at once the more are waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from catalog.database import Catalog
from catalog.documents import PendingDocument, pending_documents

FIRST_DOCUMENTS: Final = 16
"""Documents of the first batch: published soon, whatever else is waiting."""
MOST_DOCUMENTS: Final = 512
BATCH_SECONDS: Final = 2.0
"""How long a batch should take: longer ones sort better by length, shorter ones are searchable sooner."""


def next_size(size: int, taken: int, seconds: float) -> int:
    """How many documents to read for a batch, after `taken` of at most `size` took `seconds`."""
    if taken < size and seconds < BATCH_SECONDS:
        return size  # there were no more: that says nothing of how fast they are
    factor = min(2.0, max(0.5, BATCH_SECONDS / max(seconds, 1e-3)))
    return max(1, min(MOST_DOCUMENTS, int(taken * factor)))


class PendingFeed:
    """Batches of pending documents, until none is left that is not done; for one iterating thread.

    Whoever takes a batch says `done` once it is marked. A document that changes while it is being indexed
    comes again after that, never before: so whatever happens to one happens in order.
    """

    def __init__(self, catalog: Catalog, clock: Callable[[], float] = time.monotonic) -> None:
        self._catalog: Final = catalog
        self._clock: Final = clock
        self._changed: Final = threading.Condition()
        self._in_flight: Final[set[str]] = set()
        self._size = FIRST_DOCUMENTS
        self._last = clock()
        self._ended = False

    def __iter__(self) -> Iterator[tuple[PendingDocument, ...]]:
        after, idle = "", True
        while not self._ended:
            with self._catalog.read() as connection:
                found = pending_documents(connection, self._size, after)
            if batch := self._taken(found):
                idle = False
                yield batch
            if found:
                after = found[-1].document.id
            elif not after:
                return
            else:  # from the beginning again, for what has changed behind us
                if idle:
                    self._wait()
                after, idle = "", True

    def done(self, batch: Sequence[PendingDocument]) -> None:
        """Note that these are marked; how long that took tells how many to take at once."""
        with self._changed:
            now = self._clock()
            self._size = next_size(self._size, len(batch), now - self._last)
            self._last = now
            self._in_flight.difference_update(pending.document.id for pending in batch)
            self._changed.notify_all()

    def end(self) -> None:
        """Stop after the present batch."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _taken(self, found: Sequence[PendingDocument]) -> tuple[PendingDocument, ...]:
        with self._changed:
            batch = tuple(pending for pending in found if pending.document.id not in self._in_flight)
            if not self._in_flight:
                self._last = self._clock()
            self._in_flight.update(pending.document.id for pending in batch)
        return batch

    def _wait(self) -> None:
        """Until one of those being indexed is done: it may be pending again."""
        with self._changed:
            before = len(self._in_flight)
            self._changed.wait_for(lambda: self._ended or not before or len(self._in_flight) < before)
