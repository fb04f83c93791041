"""All that is proposed to callers, each from what they may read; follows the query log and the block list."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from catalog.errors import CatalogError
from catalog.popular_queries import PopularQuery
from catalog.query_log import normal_query
from indexer.retrieval.readable_words import ReadableWords
from search_api.suggest.blocked import NOTHING_BLOCKED, BlockList, BlockListError
from search_api.suggest.completing import Completion, completions, readable
from search_api.suggest.matching import typed_words
from search_api.suggest.near import NearQuestions
from search_api.suggest.popular import OPERATOR, PopularQueries
from search_api.suggest.spelling import corrected

logger = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 60.0
"""How old the popular questions may be at least."""
REFRESH_SHARE: Final = 20
"""They are not read again for so many times as long as that took: a twentieth of a core at most."""
MOST_BESIDE: Final = 5
"""Longer questions, and related ones, that stand beside results."""

ReadPopular = Callable[[], tuple[Sequence[PopularQuery], Mapping[str, Sequence[str]]]]
"""Reads the popular questions and which belong together; raises `CatalogError`."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is proposed beside the results of a query."""

    spelling: str | None = None
    suggestions: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


class Suggester:
    """Proposes; any thread may ask it, also while it is refreshed.

    `read` gives the questions of others (none without it), `block` is the file of what is never proposed:
    where it cannot be read at first, `BlockListError` is raised, later the former list stays in force. `near`
    finds questions by what they mean.
    """

    def __init__(
        self, read: ReadPopular | None = None, block: Path | None = None, near: NearQuestions | None = None
    ) -> None:
        self._read: Final = read
        self._near: Final = near
        self._block: Final = block
        self._blocked = NOTHING_BLOCKED if block is None else BlockList.read(block)
        self._popular = PopularQueries()
        self._due = time.monotonic()
        self._refreshing: threading.Thread | None = None

    def complete(self, words: ReadableWords, typed: str, limit: int) -> tuple[Completion, ...]:
        """The rest of what someone types."""
        return completions(typed, words, self._popular, self._blocked, limit)

    def beside(self, words: ReadableWords, typed: str) -> Beside:
        """What is proposed beside the results of a query."""
        normal = normal_query(typed)
        if not (parts := typed_words(normal)):
            return Beside()
        longer = (query for query in self._popular.completing(parts) if query.normal != normal)
        respelled = corrected(typed, words)
        return Beside(
            respelled if respelled is None or self._blocked.allows(respelled) else None,
            _texts(readable(longer, words, MOST_BESIDE)),
            _texts(readable(self._related(typed, normal), words, MOST_BESIDE)),
        )

    def _related(self, typed: str, normal: str) -> Iterator[PopularQuery]:
        """What others asked beside it, then what means nearly the same; each once."""
        told = {normal}
        near = self._near.near(typed) if self._near and not OPERATOR.search(typed) else ()
        for query in chain(self._popular.related(normal), near):
            if query.normal not in told:
                told.add(query.normal)
                yield query

    def refresh(self) -> None:
        """Read the log and the block list again in the background, when it is time."""
        if self._read is None or time.monotonic() < self._due or self._is_refreshing:
            return
        self._refreshing = threading.Thread(target=self.read_again, name="suggestions", daemon=True)
        self._refreshing.start()

    def read_again(self) -> None:
        """Read the log and the block list now; what cannot be read stays as it was, and the log says why."""
        assert self._read is not None
        started = time.monotonic()
        try:
            if self._block is not None:
                self._blocked = BlockList.read(self._block)
            asked, related = self._read()
            self._popular = PopularQueries(asked, related, self._blocked)
            if self._near is not None:
                self._near.compare_with(self._popular.plain)
        except (CatalogError, BlockListError) as error:
            logger.warning("suggestions stay as they were: %s", error)
        took = time.monotonic() - started
        self._due = time.monotonic() + max(REFRESH_SECONDS, REFRESH_SHARE * took)

    def close(self) -> None:
        """Wait until nothing is read any more."""
        if self._refreshing is not None:
            self._refreshing.join()

    @property
    def _is_refreshing(self) -> bool:
        return self._refreshing is not None and self._refreshing.is_alive()


def _texts(asked: Iterable[PopularQuery]) -> tuple[str, ...]:
    return tuple(query.text for query in asked)
