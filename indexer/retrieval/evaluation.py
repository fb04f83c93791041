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
    """Which half answers."""

    DENSE = "dense"
    LEXICAL = "lexical"
    HYBRID = "hybrid"


_WEIGHTS: Final[Mapping[Mode, FusionWeights | None]] = {
    Mode.DENSE: FusionWeights(dense=1, lexical=0),
    Mode.LEXICAL: FusionWeights(dense=0, lexical=1),
    Mode.HYBRID: None,
}


class Searching(Protocol):
    """What is measured: a `Retriever`."""

    def search(self, question: Question, *, weights: FusionWeights | None = None) -> Results: ...


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One query's quality by mode, and the reasons why a mode could not answer in full."""

    query: str
    by_mode: Mapping[Mode, Quality]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The quality of every query, and the means."""

    queries: tuple[QueryResult, ...]

    @property
    def means(self) -> dict[Mode, Quality]:
        """Over all queries, by mode."""
        return {mode: mean([each.by_mode[mode] for each in self.queries]) for mode in Mode}

    @property
    def notices(self) -> tuple[str, ...]:
        """Each reason once."""
        return tuple(dict.fromkeys(notice for each in self.queries for notice in each.notices))


def evaluate(
    retriever: Searching,
    judged: Sequence[JudgedQuery],
    principals: frozenset[str] = frozenset({EVERYONE}),
    report: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Ask every query in every mode, as a caller with `principals`. `report` hears how many are done."""
    results = []
    for done, each in enumerate(judged, start=1):
        question = Question(each.query, principals, page_size=DEPTH, passages_per_document=1)
        answers = {mode: retriever.search(question, weights=_WEIGHTS[mode]) for mode in Mode}
        by_mode = {
            mode: quality([_named_as_judged(hit, each.grades) for hit in answer.hits], each.grades)
            for mode, answer in answers.items()
        }
        notices = tuple(dict.fromkeys(notice for answer in answers.values() for notice in answer.notices))
        results.append(QueryResult(each.query, by_mode, notices))
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
