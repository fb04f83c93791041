"""The one way to ask: both halves, fused, folded to documents, checked against the catalog."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import Connection

from catalog.access import AccessLists
from catalog.database import Catalog
from indexer.found_passages import NOTHING
from indexer.lexical.errors import LexicalIndexError
from indexer.lexical.reader import LexicalReader
from indexer.retrieval.boost_values import BoostValues
from indexer.retrieval.boosting import boosted, boosted_passages, boosts_of, rules_for
from indexer.retrieval.candidates import (
    NO_CANDIDATES,
    Candidates,
    DenseQuery,
    gather,
    matching,
    nearest,
)
from indexer.retrieval.dense import DenseHalf, Embedded, Unavailable
from indexer.retrieval.explaining import Explainer
from indexer.retrieval.facets import Tally, tally
from indexer.retrieval.filters import without_field
from indexer.retrieval.folding import FoldedDocuments, fold
from indexer.retrieval.fusion import FusionWeights, weights_for
from indexer.retrieval.ordering import Ordering
from indexer.retrieval.presenting import read_chunks, read_text, verified_passages, verified_results
from indexer.retrieval.question import (
    RELEVANCE,
    AppliedBoost,
    Facet,
    Hit,
    Passage,
    Question,
    Results,
    Synonyms,
)
from indexer.retrieval.ranking import BROWSING_SORT, collapsed_ranking, ranking
from indexer.retrieval.readable_words import ReadableWords
from indexer.retrieval.reranking import MOST_READ, Reranker, reordered
from indexer.retrieval.scope import Scope, make_scope
from indexer.retrieval.tuning import UNTUNED, RankingTuning
from indexer.vectors.backend import VectorIndexError

T = TypeVar("T")

logger = logging.getLogger(__name__)

MOST_PASSAGES: Final = 100
"""The most passages that `Retriever.retrieve` returns."""
EMPTY_INDEX: Final = "nothing is indexed yet: run `crawler sync`, or `indexer run` where it crawled already"

_LEAST_BATCH: Final = 10
_BESIDE: Final = 8
"""Searches of the words that run beside the threads that ask: each leaves Python's lock alone."""


def now() -> datetime:
    """The time by which documents are new or old."""
    return datetime.now(UTC)


class Retriever:
    """Answers questions; any thread may ask at any time.

    Without a model or vectors the words alone answer, and `Results.notices` says why. `ranking` names
    all that decides on the order of results.
    """

    def __init__(
        self,
        catalog: Catalog,
        lexical: LexicalReader,
        dense: DenseHalf,
        weights: FusionWeights,
        reranker: Reranker | None = None,
        *,
        ranking: str = "",
        tuning: RankingTuning = UNTUNED,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._catalog: Final = catalog
        self._access: Final = AccessLists()
        self._lexical: Final = lexical
        self._dense: Final = dense
        self._weights: Final = weights
        self._reranker: Final = reranker
        self._ranking: Final = ranking
        self._tuning: Final = tuning
        self._clock: Final = clock
        self._beside: Final = ThreadPoolExecutor(_BESIDE, "retrieval-beside")
        self._boost_values: Final = BoostValues()
        self._faults: tuple[str, ...] = ()

    def prepare(self) -> None:
        """Load the models now, so that the first question need not wait for them."""
        self._dense.prepare()
        if self._reranker is not None:
            self._reranker.prepare()

    def embedded(self, texts: Sequence[str]) -> Embedded | None:
        """The vectors of questions; None while there is no model, or it does not answer."""
        return self._dense.embedded(texts)

    @property
    def reranks(self) -> bool:
        """Whether a reranker has the last word on the order of the best results."""
        return self._reranker is not None

    def refresh(self) -> None:
        """See what was indexed since; cheap when nothing was.

        What cannot be read is logged and told with every answer; the former state goes on answering.
        """
        faults = []
        for half in (self._lexical, self._dense):
            try:
                half.refresh()
            except (LexicalIndexError, VectorIndexError) as error:
                faults.append(str(error))
        if self._reranker is not None:
            self._reranker.refresh()
        self._tuning.refresh()
        for fault in faults:
            if fault not in self._faults:
                logger.warning(fault)
        self._faults = tuple(faults)

    def search(
        self, question: Question, *, weights: FusionWeights | None = None, rerank: bool = True
    ) -> Results:
        """One page of documents, their total and facets.

        `weights` replaces the configured ones; a half of weight 0 is not asked. Without `rerank` no
        reranker is asked. Raises `InvalidFilterError` for a filter, facet or sort that cannot be carried out.
        """
        scope = self._scope(question)
        if scope is None:
            return Results((), 0, notices=(*self._faults, EMPTY_INDEX))
        weights = weights_for(scope.text.natural, weights or self._weights)
        candidates, query, notices = self._candidates(scope, weights)
        counting = self._beside.submit(_tally, question, scope, candidates.unmatched_documents, query)
        with self._catalog.read() as connection:
            if rerank and (not question.sort or question.sort[0].field == RELEVANCE):
                candidates, also = self._reranked(connection, scope, candidates)
                notices += also
            folded = fold(candidates.chunk_ids, candidates.scores, candidates.documents, candidates.numbers)
            if boosts := self._boosts(question, scope, folded.document_ids):
                folded = boosted(folded, boosts)
            explainer = Explainer(scope, candidates, weights) if question.explain else None
            page = _page(connection, question, scope, candidates, folded=folded, explainer=explainer)
        counted = counting.result()
        return Results(
            hits=tuple(hit for hit, _ in page[: question.page_size]),
            total=counted.total,
            facets=counted.facets,
            groups=counted.groups,
            shown=(*question.shown, *(mark for _, mark in page[: question.page_size])),
            has_more=len(page) > question.page_size,
            terms=scope.topic,
            synonyms=tuple(Synonyms(each.words, each.alternatives, each.places) for each in scope.expansions),
            notices=(*self._faults, *notices),
            ranking=f"{self._ranking} / {self._tuning.current.version}",
            language=scope.language,
        )

    def retrieve(
        self, question: Question, limit: int = MOST_PASSAGES, *, weights: FusionWeights | None = None
    ) -> tuple[Passage, ...]:
        """The best passages, several per document, for a language model to read: at most 100."""
        scope = self._scope(question)
        if scope is None:
            return ()
        weights = weights_for(scope.text.natural, weights or self._weights)
        candidates, _, _ = self._candidates(scope, weights)
        wanted = max(0, min(limit, MOST_PASSAGES))
        with self._catalog.read() as connection:
            candidates, _ = self._reranked(connection, scope, candidates)
            boosts = self._boosts(question, scope, candidates.document_ids)
            if boosts:
                candidates = replace(candidates, scores=boosted_passages(candidates, boosts))
            passages: list[Passage] = []
            order = candidates.best()
            for start in range(0, len(order), MOST_PASSAGES):
                if len(passages) >= wanted:
                    break
                some = order[start : start + MOST_PASSAGES]
                passages += verified_passages(connection, some, scope, candidates)
        return tuple(passages[:wanted])

    def with_words(self, principals: frozenset[str], read: Callable[[ReadableWords], T]) -> T | None:
        """What `read` makes of the words that a caller may read; None while there is no index."""
        snapshot = self._lexical.snapshot
        if snapshot is None or snapshot.document_count == 0:
            return None
        with self._catalog.read() as connection:
            allowed = self._access.allowed_ids(connection, principals)
            return read(ReadableWords(snapshot, allowed, connection))

    def _scope(self, question: Question) -> Scope | None:
        """None while there is no index."""
        snapshot = self._lexical.snapshot
        if snapshot is None or snapshot.document_count == 0:
            return None
        with self._catalog.read() as connection:
            allowed = self._access.allowed_ids(connection, question.principals)
        return make_scope(question, snapshot, allowed, self._tuning.current.thesaurus)

    def _candidates(
        self, scope: Scope, weights: FusionWeights
    ) -> tuple[Candidates, DenseQuery | None, tuple[str, ...]]:
        """What both halves find, the question as the vectors were asked, and why they were not.

        Words are looked for while the model embeds the question.
        """
        if scope.text.is_blank:
            return NO_CANDIDATES, None, ()
        matched = self._beside.submit(matching, scope)
        query, notices = self._dense_query(scope, weights)
        return gather(scope, query, weights, matched.result), query, notices

    def _dense_query(self, scope: Scope, weights: FusionWeights) -> tuple[DenseQuery | None, tuple[str, ...]]:
        """What to ask the vectors, and why nothing although they should be asked."""
        if weights.dense <= 0:
            return None, ()
        query = self._dense.embed(scope.text.natural)
        if isinstance(query, Unavailable):
            return None, (f"answered by words alone: {query.reason}",)
        return query, ()

    def _reranked(
        self, connection: Connection, scope: Scope, candidates: Candidates
    ) -> tuple[Candidates, tuple[str, ...]]:
        """The candidates by what the reranker says of the best passages, and why it said less."""
        if self._reranker is None or not len(candidates.chunk_ids):
            return candidates, ()
        best = [chunk for chunk, _ in candidates.best(MOST_READ)]
        rows = read_chunks(connection, best)
        texts = [(chunk, read_text(rows[chunk])) for chunk in best if chunk in rows]
        reading = self._reranker.read(scope.text.natural, texts)
        notices = () if reading.fault is None else (f"not reranked: {reading.fault}",)
        scores = reordered(candidates.chunk_ids, candidates.scores, reading.scores)
        return replace(candidates, scores=scores, reread=reading.scores), notices

    def _boosts(
        self, question: Question, scope: Scope, document_ids: Sequence[str]
    ) -> dict[str, tuple[AppliedBoost, ...]]:
        rules = rules_for(self._tuning.current.boosts, question.boosts)
        if not rules:
            return {}
        return boosts_of(document_ids, rules, scope.snapshot, self._boost_values, self._clock())


def _page(
    connection: Connection,
    question: Question,
    scope: Scope,
    candidates: Candidates,
    *,
    folded: FoldedDocuments,
    explainer: Explainer | None,
) -> list[tuple[Hit, bytes]]:
    """The results of one page with their marks, and one more where there is a further page."""
    ordering = Ordering(scope, folded, candidates.unmatched_documents)
    keys = question.sort or (BROWSING_SORT if scope.text.is_blank else ())
    shown = frozenset(question.shown)
    if question.collapse is None:
        ranked = ranking(ordering, keys, shown)
    else:
        ranked = collapsed_ranking(ordering, keys, question.collapse, shown)
    results = verified_results(
        connection,
        ranked,
        scope,
        candidates,
        passages=question.passages_per_document,
        batch_size=max(question.page_size, _LEAST_BATCH) + 1,
        explainer=explainer,
    )
    return list(islice(results, question.page_size + 1))


def _tally(question: Question, scope: Scope, nearby: Sequence[str], query: DenseQuery | None) -> Tally:
    """What is counted: every facet over what the question finds, but one of which values are chosen over what
    it finds without that choice."""
    free = [facet for facet in question.facets if _is_chosen(facet, question)]
    bound = [facet for facet in question.facets if facet not in free]
    counted = tally(scope.snapshot, scope.countable(list(nearby)), bound, question.collapse)
    facets = counted.facets
    for facet in free:
        wider = replace(question, filter=without_field(question.filter, facet.field))
        widened = scope.with_filter(wider)
        near = NOTHING if query is None else nearest(widened, query)
        facets |= tally(scope.snapshot, widened.countable(near.distinct_documents), [facet]).facets
    return replace(counted, facets={facet.field: facets[facet.field] for facet in question.facets})


def _is_chosen(facet: Facet, question: Question) -> bool:
    return facet.is_multi_select and without_field(question.filter, facet.field) != question.filter
