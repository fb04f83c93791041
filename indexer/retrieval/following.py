"""Following the switches from build to build: each question is answered by one of them, from start to end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from indexer.retrieval.dense import Embedded
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.question import Passage, Question, Results
from indexer.retrieval.readable_words import ReadableWords
from indexer.retrieval.retriever import MOST_PASSAGES, Retriever
from indexer.serving import Served

T = TypeVar("T")


class FollowingRetriever:
    """Answers questions as `Retriever` does, over the build that is served; any thread may ask at any time.

    `read` tells which build that is, `open_build` opens it. Both may raise `LexicalIndexError`.
    """

    def __init__(
        self, read: Callable[[], Served | None], open_build: Callable[[Served | None], Retriever]
    ) -> None:
        self._read: Final = read
        self._open_build: Final = open_build
        self._refreshing: Final = threading.Lock()
        self._served = read()
        self._retriever = open_build(self._served)

    def prepare(self) -> None:
        """See `Retriever.prepare`."""
        self._retriever.prepare()

    def embedded(self, texts: Sequence[str]) -> Embedded | None:
        """See `Retriever.embedded`."""
        return self._retriever.embedded(texts)

    @property
    def reranks(self) -> bool:
        """See `Retriever.reranks`."""
        return self._retriever.reranks

    def refresh(self) -> None:
        """See what was indexed since, or take over another build, once its model is loaded.

        Raises `LexicalIndexError` where it cannot be read; the build from before goes on answering.
        """
        with self._refreshing:
            served = self._read()
            if _same(served, self._served):
                self._retriever.refresh()
                return
            retriever = self._open_build(served)
            retriever.prepare()
            self._retriever, self._served = retriever, served

    def search(
        self, question: Question, *, weights: FusionWeights | None = None, rerank: bool = True
    ) -> Results:
        """See `Retriever.search`."""
        return self._retriever.search(question, weights=weights, rerank=rerank)

    def retrieve(
        self, question: Question, limit: int = MOST_PASSAGES, *, weights: FusionWeights | None = None
    ) -> tuple[Passage, ...]:
        """See `Retriever.retrieve`."""
        return self._retriever.retrieve(question, limit, weights=weights)

    def with_words(self, principals: frozenset[str], read: Callable[[ReadableWords], T]) -> T | None:
        """See `Retriever.with_words`."""
        return self._retriever.with_words(principals, read)


def _same(one: Served | None, other: Served | None) -> bool:
    return (one and one.folder) == (other and other.folder)
