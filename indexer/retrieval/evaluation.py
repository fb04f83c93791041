"""Retrieval measured on judged queries: dense, lexical and hybrid side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, Protocol

from sqlalchemy import Connection, or_, select

from catalog.tables import documents
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.judgements import JudgedQuery
from indexer.retrieval.metrics import Quality, mean, quality
from indexer.retrieval.question import Hit, Question, Results
from settings.access import EVERYONE

DEPTH: Final = 100
"""Results per query that are looked at; the reciprocal rank of what stands below is 0."""

_BATCH: Final = 400


class Mode(StrEnum):
    """Which half answers, and whether the reranker has the last word."""

    DENSE = "dense"
    LEXICAL = "lexical"
    HYBRID = "hybrid"
    RERANKED = "hybrid+rerank"


_WEIGHTS: Final[Mapping[Mode, FusionWeights | None]] = {
    Mode.DENSE: FusionWeights(dense=1, lexical=0),
    Mode.LEXICAL: FusionWeights(dense=0, lexical=1),
    Mode.HYBRID: None,
    Mode.RERANKED: None,
}
HALVES: Final = (Mode.DENSE, Mode.LEXICAL)


class Searching(Protocol):
    """What is measured: a `Retriever`."""

    @property
    def reranks(self) -> bool:
        """Whether a reranker is configured."""

    def search(
        self, question: Question, *, weights: FusionWeights | None = None, rerank: bool = True
    ) -> Results:
        """See `Retriever.search`."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One query's quality by mode, and the reasons why a mode could not answer in full."""

    query: str
    by_mode: Mapping[Mode, Quality]
    notices: tuple[str, ...]
    first: str | None  # the URL of the first hit that people get; None where there is none

    @property
    def fused(self) -> Quality | None:
        """That of the answer that people get, where it was measured."""
        return self.by_mode.get(Mode.RERANKED) or self.by_mode.get(Mode.HYBRID)

    @property
    def fallen(self) -> float:
        """How much nDCG@10 fusing costs: that of the better half less that of the fused answer."""
        better = max((self.by_mode[mode].ndcg_at_10 for mode in HALVES if mode in self.by_mode), default=0.0)
        return better - self.fused.ndcg_at_10 if self.fused else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The quality of every query, and the means."""

    queries: tuple[QueryResult, ...]

    @property
    def means(self) -> dict[Mode, Quality]:
        """Over all queries, by mode."""
        measured = [mode for mode in Mode if self.queries and mode in self.queries[0].by_mode]
        return {mode: mean([each.by_mode[mode] for each in self.queries]) for mode in measured}

    def worst(self, count: int) -> tuple[QueryResult, ...]:
        """The `count` queries that people get the worst answers to, worst first; none that is perfect."""
        faulty = [(each.fused.ndcg_at_10, each) for each in self.queries if each.fused]
        ordered = sorted(faulty, key=lambda pair: pair[0])
        return tuple(each for ndcg, each in ordered if ndcg < 1)[:count]

    @property
    def notices(self) -> tuple[str, ...]:
        """Each reason once."""
        return tuple(dict.fromkeys(notice for each in self.queries for notice in each.notices))


def modes_of(retriever: Searching) -> tuple[Mode, ...]:
    """What can be compared: the reranker only where one is configured."""
    return tuple(mode for mode in Mode if mode is not Mode.RERANKED or retriever.reranks)


def served_mode(retriever: Searching) -> Mode:
    """How people's questions are answered."""
    return Mode.RERANKED if retriever.reranks else Mode.HYBRID


def evaluate(
    retriever: Searching,
    judged: Sequence[JudgedQuery],
    principals: frozenset[str] = frozenset({EVERYONE}),
    report: Callable[[int], None] = lambda _: None,
    modes: Sequence[Mode] | None = None,
) -> Evaluation:
    """Ask every query in each of `modes` (all there are), as a caller with `principals` and the query's own.

    `report` hears how many queries are done.
    """
    results = []
    wanted = modes_of(retriever) if modes is None else modes
    for done, each in enumerate(judged, start=1):
        asking = principals | each.principals
        question = Question(each.query, asking, page_size=DEPTH, passages_per_document=1)
        answers = {
            mode: retriever.search(question, weights=_WEIGHTS[mode], rerank=mode is Mode.RERANKED)
            for mode in wanted
        }
        by_mode = {
            mode: quality([_named_as_judged(hit, each.grades) for hit in answer.hits], each.grades)
            for mode, answer in answers.items()
        }
        notices = tuple(dict.fromkeys(notice for answer in answers.values() for notice in answer.notices))
        hits = answers[wanted[-1]].hits
        results.append(QueryResult(each.query, by_mode, notices, hits[0].url if hits else None))
        report(done)
    return Evaluation(tuple(results))


def unknown_documents(connection: Connection, judged: Iterable[JudgedQuery]) -> tuple[str, ...]:
    """The judged URLs and ids that no document of the catalog has: most likely typing errors."""
    references = iter(dict.fromkeys(key for each in judged for key in each.grades))
    unknown: list[str] = []
    while batch := list(islice(references, _BATCH)):
        living = select(documents.c.id, documents.c.url).where(documents.c.deleted_at.is_(None))
        rows = connection.execute(living.where(or_(documents.c.id.in_(batch), documents.c.url.in_(batch))))
        known = {value for row in rows for value in row}
        unknown += (reference for reference in batch if reference not in known)
    return tuple(unknown)


def _named_as_judged(hit: Hit, grades: Mapping[str, float]) -> str:
    return hit.url if hit.url in grades else hit.document_id
