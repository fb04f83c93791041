"""In which order documents are shown: fused relevance first, then everything else that was counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from indexer.retrieval.candidates import Candidates
from indexer.retrieval.folding import Folded, fold
from indexer.retrieval.scope import Scope

BROWSING_SORT: Final = "-updated_at"
"""How a blank question orders all documents: the newest first."""

_PAGE: Final = 200


def ranking(scope: Scope, candidates: Candidates, sort: str | None) -> Iterator[Folded]:
    """Every document that the question counts, once, lazily.

    By relevance those of the candidate passages come first; the remaining lexical matches follow by the
    BM25 score of the whole document, with score 0 and no chunk ids. With `sort` (a column, "-" before it
    for descending) all stand in the column's order, those without a value last.
    """
    folded = fold(candidates.scores, candidates.document_of)
    if sort is not None or scope.text.is_blank:
        yield from _sorted(scope, candidates, folded, sort or BROWSING_SORT)
        return
    yield from folded
    seen = [document.document_id for document in folded]
    yield from _pages(scope, [], seen, None)


def _sorted(scope: Scope, candidates: Candidates, folded: list[Folded], sort: str) -> Iterator[Folded]:
    by_id = {document.document_id: document for document in folded}
    for document in _pages(scope, list(candidates.nearest_documents), None, sort):
        yield by_id.get(document.document_id, document)


def _pages(scope: Scope, also: list[str], seen: list[str] | None, sort: str | None) -> Iterator[Folded]:
    query = scope.documents(also, seen)
    offset = 0
    while True:
        found = scope.snapshot.documents(query, _PAGE, offset=offset, sort=sort)
        yield from (Folded(document_id, 0.0, ()) for document_id in found.document_ids)
        offset += _PAGE
        if offset >= found.total:
            return
