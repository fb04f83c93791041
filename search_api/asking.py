"""One search from parsed question to presented answer, timed, counted and remembered."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict

from catalog.activity import Asked
from indexer.retrieval.question import Results
from search_api.backend import Backend
from search_api.query.present import present_results
from search_api.query.request import Search
from search_api.query.response import SearchAnswer


def answer_search(backend: Backend, search: Search, *, remember: bool = True) -> SearchAnswer:
    """Ask, present and, unless it is one of the many searches while typing, remember."""
    started = time.perf_counter()
    query_id = new_query_id()
    results = backend.retriever.search(search.question)
    answer = present_results(search, results, query_id=query_id, took_ms=milliseconds_since(started))
    if remember:
        backend.query_log.record(_asked(search, results, answer))
    return answer


def new_query_id() -> str:
    """Names one answered query, for feedback on it."""
    return uuid.uuid4().hex


def milliseconds_since(started: float) -> float:
    """Time since a `time.perf_counter()`, in milliseconds to a tenth."""
    return round((time.perf_counter() - started) * 1000, 1)


def _asked(search: Search, results: Results, answer: SearchAnswer) -> Asked:
    wanted = search.question.filter
    return Asked(
        id=answer.query_id,
        text=search.question.text,
        total=results.total,
        took_ms=answer.took_ms,
        results=tuple(hit.document_id for hit in results.hits),
        filter=json.loads(json.dumps(asdict(wanted), default=str)) if wanted else None,
    )
