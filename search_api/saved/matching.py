"""Which changed documents a saved search is told of: those that hold all that it says.

A search that a person reads shows what is nearest, however far. Who is told of something wants it to be
about the matter: every telling word of the query must stand in the document, in any of its forms, besides
phrases, exclusions, `field:value` and the filter. Nearness in meaning alone tells nobody, because its scale
differs from query to query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any, Final

from catalog.published_changes import Change
from indexer.lexical.query_text import parse_query_text
from indexer.retrieval.question import AllOf, Comparison, Filter, Words
from indexer.retrieval.retriever import EMPTY_INDEX
from search_api.backend import Backend, UnavailableError
from search_api.query.present import present_hit
from search_api.query.request import Search
from search_api.query.response import ResultAnswer

MOST_CHANGES: Final = 100
"""Documents that are compared at once."""


def matching_documents(backend: Backend, search: Search, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Of `changes`, up to `MOST_CHANGES`, those that match and that the searcher may read, best first.

    Raises `UnavailableError` while nothing can be asked, `InvalidFilterError` when the index cannot carry
    the search out any more.
    """
    assert len(changes) <= MOST_CHANGES
    question = replace(
        search.question, filter=_narrowed(search, changes), page_size=MOST_CHANGES, passages_per_document=1
    )
    results = backend.retriever.search(question)
    if EMPTY_INDEX in results.notices:
        raise UnavailableError(EMPTY_INDEX)
    found = {change.document_id: change for change in changes}
    return [
        _told(present_hit(hit, results.terms), found[hit.document_id])
        for hit in results.hits
        if hit.document_id in found
    ]


def _narrowed(search: Search, changes: Sequence[Change]) -> Filter:
    words = parse_query_text(search.question.text).natural
    parts = (
        search.question.filter,
        Comparison("url", "in", tuple(change.url for change in changes)),
        Words(words) if words.strip() else None,
    )
    return AllOf(tuple(part for part in parts if part is not None))


def _told(result: ResultAnswer, change: Change) -> dict[str, Any]:
    return {
        "event": "appeared" if change.is_new else "changed",
        "id": result.id,
        "title": result.title,
        "url": result.url,
        "deep_link": result.deep_link,
        "excerpt": result.excerpt,
        "connector": result.connector,
        "changed_at": change.changed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
