"""Ranked documents as hits: each is checked once more against the catalog, which is the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Row, select

from catalog.document import Document
from catalog.documents import read_documents
from catalog.tables import chunks
from indexer.retrieval.candidates import Candidates
from indexer.retrieval.explaining import BEST_SCORE, Explainer
from indexer.retrieval.folding import Folded
from indexer.retrieval.question import Hit, Passage, ScoreExplanation
from indexer.retrieval.ranking import Ranked
from indexer.retrieval.scope import Scope

_BATCH: Final = 500  # ids in one statement: below every engine's limit of bound variables
_SPARE: Final = 4
"""How many passages per document are looked up by words, so that each document gets some."""

ChunkRow = Row[*tuple[Any, ...]]


def verified_results(
    connection: Connection,
    ranking: Iterable[Ranked],
    scope: Scope,
    candidates: Candidates,
    *,
    passages: int,
    batch_size: int,
    explainer: Explainer | None = None,
) -> Iterator[tuple[Hit, bytes]]:
    """The results of `ranking` with their marks, in its order, read in batches as far as they are asked for.

    What the catalog does not confirm is dropped: a document that was deleted or may not be read, a
    passage that has gone, a document whose every passage has gone. The best of what remains leads its result.
    With an `explainer` each tells what its score is made of.
    """
    remaining = iter(ranking)
    while batch := list(islice(remaining, batch_size)):
        documents = [document for result in batch for document in result.documents]
        hits = _verified_hits(
            connection, documents, scope, candidates, passages=passages, explainer=explainer
        )
        for result in batch:
            shown = [hits[each.document_id] for each in result.documents if each.document_id in hits]
            if shown:
                yield replace(shown[0], more=tuple(shown[1:])), result.mark


def _verified_hits(
    connection: Connection,
    documents: Sequence[Folded],
    scope: Scope,
    candidates: Candidates,
    *,
    passages: int,
    explainer: Explainer | None,
) -> dict[str, Hit]:
    """The hits by document id. A document that matched as a whole comes with the passages that hold the
    words, or with its beginning."""
    found = read_documents(connection, [folded.document_id for folded in documents], blocks=False)
    readable = [
        folded
        for folded in documents
        if folded.document_id in found and found[folded.document_id].access_id in scope.allowed
    ]
    chosen = _with_passages(scope, readable, passages)
    rows = read_chunks(connection, [chunk for folded in chosen for chunk in folded.chunk_ids])
    beginnings = _beginnings(connection, [each.document_id for each in chosen if not each.chunk_ids])
    explanations = explainer.explained(readable) if explainer is not None else {}
    hits = {}
    for folded in chosen:
        shown = [
            as_passage(rows[chunk], candidates)
            for chunk in folded.chunk_ids
            if chunk in rows and rows[chunk].document_id == folded.document_id
        ]
        if folded.chunk_ids and not shown:
            continue
        beginning = beginnings.get(folded.document_id)
        if beginning is not None:
            shown.append(as_passage(beginning, candidates))
        explanation = explanations.get(folded.document_id)
        hits[folded.document_id] = _hit(found[folded.document_id], folded, shown, explanation)
    return hits


def verified_passages(
    connection: Connection, ranking: Sequence[tuple[int, str]], scope: Scope, candidates: Candidates
) -> Iterator[Passage]:
    """The passages of `ranking` (chunk id, document id) that the catalog confirms, in its order."""
    found = read_documents(connection, {document_id for _, document_id in ranking}, blocks=False)
    rows = read_chunks(connection, [chunk for chunk, _ in ranking])
    for chunk, document_id in ranking:
        document, row = found.get(document_id), rows.get(chunk)
        if document is None or document.access_id not in scope.allowed:
            continue
        if row is not None and row.document_id == document_id:
            yield as_passage(row, candidates)


def read_chunks(connection: Connection, chunk_ids: Sequence[int]) -> dict[int, ChunkRow]:
    """The rows of these chunks by id; those that are gone are left out."""
    rows: dict[int, ChunkRow] = {}
    for start in range(0, len(chunk_ids), _BATCH):
        statement = select(chunks).where(chunks.c.id.in_(chunk_ids[start : start + _BATCH]))
        rows |= {row.id: row for row in connection.execute(statement)}
    return rows


def read_text(row: ChunkRow) -> str:
    """A passage under its headings, as a reranker reads it."""
    return "\n".join([*row.heading_path, row.text])


def as_passage(row: ChunkRow, candidates: Candidates) -> Passage:
    """A row of the chunks table as a passage; one that did not compete has score 0."""
    place = candidates.row(row.id)
    return Passage(
        chunk_id=row.id,
        document_id=row.document_id,
        text=row.text,
        heading_path=tuple(row.heading_path),
        anchor=row.anchor,
        page=row.page,
        start=row.start,
        end=row.end,
        score=0.0 if place is None else float(candidates.scores[place]),
        dense=None if place is None else _known(candidates.dense[place]),
        lexical=None if place is None else _known(candidates.lexical[place]),
    )


def _known(score: np.float64) -> float | None:
    return None if np.isnan(score) else float(score)


def _with_passages(scope: Scope, ranking: Sequence[Folded], passages: int) -> list[Folded]:
    """`ranking` with at most `passages` chunk ids each, looked up by words where none competed."""
    bare = [folded.document_id for folded in ranking if not folded.chunk_ids]
    by_document: dict[str, list[int]] = {}
    if bare and not scope.text.is_blank:
        found = scope.snapshot.passages(scope.passages_of(bare), len(bare) * passages * _SPARE)
        for chunk, document_id in zip(found.chunk_ids.tolist(), found.document_ids, strict=True):
            by_document.setdefault(document_id, []).append(chunk)
    return [
        folded._replace(
            chunk_ids=(folded.chunk_ids or tuple(by_document.get(folded.document_id, ())))[:passages],
        )
        for folded in ranking
    ]


def _beginnings(connection: Connection, document_ids: Sequence[str]) -> dict[str, ChunkRow]:
    """The first chunk of each document."""
    rows: dict[str, ChunkRow] = {}
    for start in range(0, len(document_ids), _BATCH):
        some = document_ids[start : start + _BATCH]
        statement = select(chunks).where(chunks.c.document_id.in_(some), chunks.c.ordinal == 0)
        rows |= {row.document_id: row for row in connection.execute(statement)}
    return rows


def _hit(
    document: Document, folded: Folded, passages: Iterable[Passage], explanation: ScoreExplanation | None
) -> Hit:
    return Hit(
        document_id=document.id,
        title=document.title,
        url=document.url,
        connector=document.connector,
        kind=document.kind.value,
        language=document.language,
        fetched_at=document.fetched_at,
        fields=document.fields,
        score=min(BEST_SCORE, folded.score),
        relevance=folded.relevance,
        passages=tuple(passages),
        explanation=explanation,
    )
