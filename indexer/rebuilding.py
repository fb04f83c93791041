"""Both indexes made anew from the catalog: nothing is fetched, and nothing embedded that was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Final

from catalog.chunks import StoredChunk, indexable_documents
from catalog.database import Catalog
from catalog.document import Document
from catalog.documents import PendingDocument, read_documents
from catalog.durable import sync_folder, write_durably
from indexer.layout import IndexLayout
from indexer.lexical.writer import LexicalWriter
from indexer.overlap import overlapped
from indexer.preparation import Chunked, Preparer
from indexer.progress import Progress
from indexer.switching import new_folder, switch
from indexer.vectors.backend import VectorBatch
from indexer.vectors.writer import rebuild_vectors
from settings.fields import FieldSettings

_DOCUMENTS: Final = 32
"""Documents read at a time."""
_SEGMENT_ROWS: Final = 16_384
"""Rows after which a new segment begins."""


def rebuild_indexes(
    catalog: Catalog,
    fields: Mapping[str, FieldSettings],
    layout: IndexLayout,
    preparer: Preparer,
    report: Callable[[Progress], None],
) -> Progress:
    """Write new indexes beside the old ones and switch to them at the end.

    Each document is chunked again, by the present settings. The caller holds the `IndexerLock` and has no
    writer open. Readers see the old indexes until the switch. A rebuild that was killed leaves a marker, by
    which the next indexer knows to begin it again.
    """
    done = Progress()
    folder = new_folder(layout.lexical)
    write_durably(layout.unfinished, b"")

    def batches() -> Iterator[VectorBatch]:
        nonlocal done
        rows: list[tuple[Document, StoredChunk]] = []
        for batch in prepared:
            for entry in preparer.record(batch.living, preparer.changes(batch)):
                lexical.replace(entry.document, entry.passages)
                rows.extend((replace(entry.document, blocks=()), chunk) for chunk in entry.chunks)
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
        LexicalWriter(folder, fields) as lexical,
    ):
        rebuild_vectors(layout.vectors(model.model_key), model.model_key, model.dimension, batches())
        lexical.commit()
    switch(layout.lexical, folder)
    layout.unfinished.unlink()
    sync_folder(layout.index)
    return done


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
