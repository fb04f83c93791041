"""Both indexes made anew from the catalog, beside those that are served, and switched to once complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

from catalog.chunks import StoredChunk, chunks_of_documents, indexable_documents, stage_chunks
from catalog.database import Catalog
from catalog.document import Document
from catalog.documents import PendingDocument, read_documents
from indexer.chunkers import LEAST_DOCUMENTS
from indexer.gate import require_gate
from indexer.layout import IndexLayout
from indexer.lexical.writer import LexicalWriter
from indexer.overlap import overlapped
from indexer.preparation import Chunked, Entry, Preparer
from indexer.progress import Progress
from indexer.retrieval.opening import open_candidate
from indexer.serving import Served, begin_build, serve, tidy
from indexer.vectors.backend import VectorBatch
from indexer.vectors.writer import rebuild_vectors
from settings.configuration import Settings

_DOCUMENTS: Final = 2 * LEAST_DOCUMENTS
"""Documents read at a time: enough for the processes that cut them, where there are some."""
_SEGMENT_ROWS: Final = 16_384
"""Rows after which a new segment begins."""


def rebuild_indexes(
    catalog: Catalog,
    settings: Settings,
    layout: IndexLayout,
    preparer: Preparer,
    report: Callable[[Progress], None],
) -> Progress:
    """Build by the present settings, ask the gate, switch; nothing is fetched, or embedded that was before.

    The caller holds the `IndexerLock` and has no writer open. The served build answers until the switch, and
    goes on if the process dies, or where `BuildRefusedError` (or `JudgementsError`) is raised: the candidate
    is removed then, its embeddings are kept.
    """
    build = begin_build(catalog, layout, settings, preparer.embedder.model_key)
    try:
        done = _fill(catalog, settings, build, preparer, report)
        if settings.index.gate is not None:
            candidate = open_candidate(catalog, settings, build, preparer.embedder)
            require_gate(candidate, settings.index.gate, catalog)
    except BaseException:
        tidy(catalog, layout)
        raise
    serve(layout, build)
    tidy(catalog, layout)
    return done


def _fill(
    catalog: Catalog,
    settings: Settings,
    build: Served,
    preparer: Preparer,
    report: Callable[[Progress], None],
) -> Progress:
    """Write all documents into both indexes of `build`."""
    done = Progress()

    def batches() -> Iterator[VectorBatch]:
        nonlocal done
        rows: list[tuple[Document, StoredChunk]] = []
        for batch in prepared:
            for entry in _staged(catalog, batch):
                lexical.replace(entry.document, entry.passages, batch.bodies.get(entry.document.id, {}))
                bare = replace(entry.document, blocks=())
                rows.extend((bare, chunk) for chunk in entry.chunks)
            if len(rows) >= _SEGMENT_ROWS:
                yield preparer.vectors(rows)
                rows = []
            step = Progress(len(batch.pending), batch.chunks, len(batch.missing))
            done = done + step
            report(step)
        yield preparer.vectors(rows)

    model = preparer.embedder
    with (
        closing(overlapped(_everything(catalog, preparer), preparer)) as prepared,
        LexicalWriter(build.lexical, settings.fields) as lexical,
    ):
        rebuild_vectors(build.vectors, model.model_key, model.dimension, batches())
        lexical.commit()
    return done


def _staged(catalog: Catalog, batch: Chunked) -> list[Entry]:
    """The documents with the chunks they will have: those they have already, or new ones that are staged."""
    names = [document.id for document in batch.living]
    with catalog.read() as connection:
        stored = chunks_of_documents(connection, names)
    wanted = {
        name: batch.contents[name]
        for name in names
        if [chunk.content for chunk in stored.get(name, ())] != list(batch.contents[name])
    }
    if wanted:
        versions = {document.id: document.version for document in batch.living}
        with catalog.write() as connection:
            stage_chunks(connection, wanted, versions)
            stored |= dict.fromkeys(wanted, ())
            stored |= chunks_of_documents(connection, wanted, staged=True)
    return [Entry(document, stored.get(document.id, ())) for document in batch.living]


def _everything(catalog: Catalog, preparer: Preparer) -> Iterator[Chunked]:
    """All documents that are not deleted."""
    after = ""
    while True:
        with catalog.read() as connection:
            ids = indexable_documents(connection, _DOCUMENTS, after)
            documents = read_documents(connection, ids)
        if not ids:
            return
        yield from preparer.chunk([PendingDocument(documents[name], deleted=False) for name in ids])
        after = ids[-1]
