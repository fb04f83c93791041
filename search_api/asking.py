"""One search from parsed question to presented answer, timed, counted and remembered."""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

from catalog.query_log import Asked, Asker
from indexer.retrieval.question import RELEVANCE, Results
from search_api.answers.extract import MOST_ANSWERS, find_answers
from search_api.answers.found import present_answer
from search_api.backend import Backend
from search_api.query.present import present_results
from search_api.query.request import Search
from search_api.query.response import SearchAnswer, Spelling
from search_api.suggest.suggester import Beside
from search_api.tuning.presenting import faq_answers, featured_answers

_MEANWHILE: Final = ThreadPoolExecutor(8, "meanwhile")
"""What is proposed is looked for beside the search, and read for answers while results are presented: the
reader and the indexes leave Python's lock alone."""


@dataclass(frozen=True, slots=True)
class Searched:
    """The answer to a search, and whether its passages may carry an answer in words."""

    answer: SearchAnswer
    carries: bool


def answer_search(backend: Backend, search: Search, *, asker: Asker | None = None) -> SearchAnswer:
    """Ask, present and remember that `asker` asked; without one (as in the many searches while someone
    types) nothing is answered or remembered."""
    return search_for_answer(backend, search, asker=asker).answer


def search_for_answer(backend: Backend, search: Search, *, asker: Asker | None = None) -> Searched:
    """The same, with what only a model that writes answers has to know."""
    started = time.perf_counter()
    query_id = new_query_id()
    if asker is None:
        results = backend.retriever.search(search.question)
        took_ms = milliseconds_since(started)
        return Searched(present_results(search, results, query_id=query_id, took_ms=took_ms), carries=False)
    proposed = _MEANWHILE.submit(_beside, backend, search)
    results = backend.retriever.search(search.question)
    leading = _MEANWHILE.submit(_above, backend, search, results)
    answer = present_results(search, results, query_id=query_id, took_ms=0.0)
    above, carries = leading.result()
    around = {**proposed.result(), **above, "took_ms": milliseconds_since(started)}
    answer = answer.model_copy(update=around)
    backend.query_log.record(_asked(search, results, answer, asker))
    return Searched(answer, carries)


def _above(backend: Backend, search: Search, results: Results) -> tuple[dict[str, object], bool]:
    """What stands above the first page of results, as fields of the answer, and whether the passages may
    carry an answer in words."""
    if not _leads(search):
        return {}, False
    finding = find_answers(search.question.text, results, backend.reader)
    configured = list(faq_answers(backend, search.question))
    answers = [*configured, *map(present_answer, finding.answers)][:MOST_ANSWERS]
    featured = featured_answers(backend, search.question, results.terms)
    return {"answers": answers, "featured": featured}, finding.carries


def _leads(search: Search) -> bool:
    """Whether this is the first page of what is most relevant: answers stand above no other."""
    question = search.question
    return not question.shown and (not question.sort or question.sort[0].field == RELEVANCE)


def _beside(backend: Backend, search: Search) -> dict[str, object]:
    """What is proposed beside the first page of results, as fields of the answer."""
    if search.question.shown:
        return {}
    read = partial(backend.suggester.beside, typed=search.typed)
    found = backend.retriever.with_words(search.question.principals, read) or Beside()
    return {
        "spelling": Spelling(suggestion=found.spelling),
        "suggestions": list(found.suggestions),
        "related": list(found.related),
    }


def new_query_id() -> str:
    """Names one answered query, for feedback on it."""
    return uuid.uuid4().hex


def milliseconds_since(started: float) -> float:
    """Time since a `time.perf_counter()`, in milliseconds to a tenth."""
    return round((time.perf_counter() - started) * 1000, 1)


def _asked(search: Search, results: Results, answer: SearchAnswer, asker: Asker) -> Asked:
    wanted = search.question.filter
    offset = len(search.question.shown)
    return Asked(
        id=answer.query_id,
        text=search.typed,
        total=results.total,
        took_ms=answer.took_ms,
        results=_positions(results, answer, offset),
        asker=asker,
        offset=offset,
        language=results.language,
        # Without words nothing is ranked by them: a filter alone says nothing of how well it was answered.
        confidence=answer.results[0].confidence if answer.results and results.terms else None,
        answers=len(answer.answers),
        ranking=results.ranking,
        filter=json.loads(json.dumps(asdict(wanted), default=str)) if wanted else None,
    )


def _positions(results: Results, answer: SearchAnswer, offset: int) -> dict[str, int]:
    """Where each document was shown, from 1 over all pages; what stands above the results has position 0."""
    above = [each.id for each in answer.featured]
    above += [each.document_id for each in answer.answers if each.document_id is not None]
    return dict.fromkeys(above, 0) | {
        hit.document_id: position
        for position, leader in enumerate(results.hits, offset + 1)
        for hit in (leader, *leader.more)
    }
