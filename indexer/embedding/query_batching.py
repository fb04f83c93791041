"""Questions that come at the same time are embedded together: what waits while the model is busy is its next
batch. Questions asked again of late, as by whoever turns a page, are remembered, and one that is asked while
it is being embedded is not embedded twice.

As databases commit in groups (Gawlick and Kinkade 1985, *Varieties of Concurrency Control in IMS/VS Fast
Path*): a lone question pays a lock and nothing else, and under load batches grow by themselves. Whoever
finds the model free asks it, and hands it on to the first of those who wait. Only after a batch of several
does the model wait, for three milliseconds at most, until as many stand in line again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.embedder import ModelServerError

MOST_TOGETHER: Final = 32
"""Questions in one batch; more gain little and let each wait longer."""
MOST_WAITING: Final = 256
COMPANY_SECONDS: Final = 0.003
"""How long a batch waits to be as large as the last one."""
PATIENCE_SECONDS: Final = 5.0
"""How long a question waits for its turn before it is answered by words alone."""
REMEMBERED: Final = 1024
"""Questions whose vectors are kept: a megabyte and a half with 384 dimensions."""

EmbedTogether = Callable[[Sequence[str]], NDArray[np.float32]]
"""The vectors of texts, in their order: shape (n, dimension). May raise anything."""


@dataclass(slots=True, eq=False)
class _Asker:
    """One question that waits: it is told once, its vector, an error, or that the model is now its to ask.
    What it is told in the end, the `same` questions that came meanwhile are told, too."""

    text: str
    told: threading.Event = field(default_factory=threading.Event)
    vector: NDArray[np.float32] | None = None
    error: BaseException | None = None
    batch: Sequence[_Asker] = ()
    same: list[_Asker] = field(default_factory=list)


class QueryBatcher:
    """Any thread may ask. The model is asked from `lanes` threads at a time at most.

    The vectors of the `remembered` questions that were asked last are kept; nobody may write to them.
    """

    def __init__(
        self,
        embed: EmbedTogether,
        *,
        lanes: int = 1,
        most_together: int = MOST_TOGETHER,
        most_waiting: int = MOST_WAITING,
        patience: float = PATIENCE_SECONDS,
        remembered: int = REMEMBERED,
    ) -> None:
        self._embed: Final = embed
        self._most_together: Final = most_together
        self._most_waiting: Final = most_waiting
        self._patience: Final = patience
        self._lock: Final = threading.Lock()
        self._company: Final = threading.Condition(self._lock)
        self._waiting: Final[deque[_Asker]] = deque()
        self._under_way: Final[dict[str, _Asker]] = {}
        self._free = lanes
        self._most_remembered: Final = remembered
        self._remembered: Final[OrderedDict[str, NDArray[np.float32]]] = OrderedDict()

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one question, read-only: shape (dimension,).

        Raises what the model raised for its batch, and `ModelServerError` where too many wait or its turn
        did not come in time.
        """
        known = self._recalled(text)
        if known is not None:
            return known
        asker = _Asker(text)
        if not self._takes_model(asker):
            self._wait(asker)
        if asker.batch:
            self._ask(asker.batch)
        if asker.error is not None:
            raise asker.error
        assert asker.vector is not None
        return asker.vector

    def _recalled(self, text: str) -> NDArray[np.float32] | None:
        with self._lock:
            if text in self._remembered:
                self._remembered.move_to_end(text)
            return self._remembered.get(text)

    def _remember(self, batch: Sequence[_Asker]) -> None:
        """Keep a batch's vectors, in the place of those that nobody asked for the longest time."""
        with self._lock:
            for asker in batch:
                if asker.vector is not None:
                    self._remembered[asker.text] = asker.vector
            while len(self._remembered) > self._most_remembered:
                self._remembered.popitem(last=False)

    def _takes_model(self, asker: _Asker) -> bool:
        """Whether the model was free, else the asker stands in line, or behind who asks the same."""
        with self._lock:
            if asker.text in self._under_way:
                self._under_way[asker.text].same.append(asker)
                return False
            if self._free:
                self._free -= 1
                self._under_way[asker.text] = asker
                asker.batch = (asker,)
                return True
            if len(self._waiting) >= self._most_waiting:
                raise ModelServerError(f"{self._most_waiting} questions wait for the embedding model already")
            self._under_way[asker.text] = asker
            self._waiting.append(asker)
            self._company.notify()
            return False

    def _wait(self, asker: _Asker) -> None:
        if asker.told.wait(self._patience):
            return
        with self._lock:
            if asker in self._waiting:
                self._waiting.remove(asker)
                asker.error = ModelServerError(
                    f"the embedding model did not get to this question within {self._patience:g} s"
                )
                self._tell(asker)
        asker.told.wait()  # it is being embedded

    def _ask(self, batch: Sequence[_Asker]) -> None:
        """Embed a batch, tell everyone, and hand the model on."""
        try:
            vectors = self._embed([asker.text for asker in batch])
            for asker, vector in zip(batch, vectors, strict=True):
                asker.vector = vector.copy()  # apart from its batch, which would be kept with it
                asker.vector.flags.writeable = False
            self._remember(batch)
        except BaseException as error:  # noqa: BLE001 - each asker raises it
            for asker in batch:
                asker.error = error
        finally:
            with self._lock:
                for asker in batch:
                    self._tell(asker)
            self._hand_on(len(batch))

    def _tell(self, asker: _Asker) -> None:
        """Its vector or error is the answer to all who asked the same."""
        del self._under_way[asker.text]
        for each in (asker, *asker.same):
            each.vector, each.error = asker.vector, asker.error
            each.told.set()

    def _hand_on(self, expected: int) -> None:
        """Give the model to those who wait: after a batch of one at once, else to `expected` or so."""
        with self._lock:
            if expected > 1:
                self._company.wait_for(lambda: len(self._waiting) >= expected, COMPANY_SECONDS)
            count = min(len(self._waiting), self._most_together)
            following = [self._waiting.popleft() for _ in range(count)]
            if not following:
                self._free += 1
                return
            following[0].batch = following
        following[0].told.set()
