"""Writing the lexical index: replace and remove whole documents, visible to readers after `commit`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

import tantivy

from catalog.document import Document
from catalog.durable import make_durably
from indexer.lexical.analysis import register
from indexer.lexical.checking import check_index
from indexer.lexical.entries import PassageText, entries
from indexer.lexical.errors import IncompatibleIndexError, translated
from indexer.lexical.schema import documents_schema, passages_schema
from indexer.lexical.storage import Layout, describe, read_description, write_description
from indexer.lexical.texts import PreparedText
from settings.fields import FieldSettings

HEAP_BYTES: Final = 64_000_000
"""Memory of each thread of the two writers before it flushes a segment."""
_MOST_THREADS: Final = 4
"""Of a writer on a machine of many cores: one takes some 6,000 passages a second."""


class LexicalWriter:
    """The one writer of the index in `directory`, which is created when it is missing.

    `fields` are those of the configuration, the built-in ones included. Raises `IncompatibleIndexError`
    when the folder holds an index for other fields or of another version, `IndexBusyError` when another
    process writes to it, `DamagedIndexError` when a file is not what was written.

    The two indexes are committed one after the other. A process that dies in between leaves documents
    that one of them does not show yet: replace them again, which is harmless.
    """

    def __init__(self, directory: Path, fields: Mapping[str, FieldSettings]) -> None:
        self._layout = Layout(directory)
        self._description = describe(fields)
        with translated(directory):
            self._passages, self._documents = self._open_both()

    def _open_both(self) -> tuple[tantivy.IndexWriter, tantivy.IndexWriter]:
        layout = self._layout
        is_new = not layout.description.exists()
        if not is_new and read_description(layout) != self._description:
            raise IncompatibleIndexError(
                f"{layout.directory}: made for other `fields` than the configuration now names; "
                "run `indexer rebuild`"
            )
        if not is_new:
            check_index(layout.passages)
            check_index(layout.documents)
        writers = (
            _open(layout.passages, passages_schema(self._description.columns)),
            _open(layout.documents, documents_schema(self._description.columns)),
        )
        if is_new:
            write_description(layout, self._description)
        return writers

    def replace(
        self,
        document: Document,
        passages: Sequence[tuple[int, PassageText]],
        bodies: Mapping[str, PreparedText] = MappingProxyType({}),
    ) -> None:
        """Make `document` stand in the index with exactly these passages, each with its chunk id.

        `bodies` has what was made of all passages' texts before: it is not made again.
        """
        self.remove([document.id])
        document_entry, passage_entries = entries(document, passages, self._description, bodies)
        with translated(self._layout.directory):
            self._documents.add_document(document_entry)
            for entry in passage_entries:
                self._passages.add_document(entry)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take these documents out; unknown ones are ignored."""
        with translated(self._layout.directory):
            for document_id in document_ids:
                self._documents.delete_documents_by_term("document", document_id)
                self._passages.delete_documents_by_term("document", document_id)

    def commit(self) -> None:
        """Make everything since the last commit durable and visible to readers that refresh."""
        with translated(self._layout.directory):
            self._passages.commit()
            self._documents.commit()

    def close(self) -> None:
        """Wait for merges to end and let go of the folder; what was not committed is dropped."""
        with translated(self._layout.directory):
            self._passages.wait_merging_threads()
            self._documents.wait_merging_threads()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open(directory: Path, schema: tantivy.Schema) -> tantivy.IndexWriter:
    make_durably(directory)
    index = tantivy.Index(schema, path=str(directory), reuse=True)
    register(index)
    threads = max(1, min(_MOST_THREADS, (os.cpu_count() or 1) // 4))
    writer = index.writer(heap_size=threads * HEAP_BYTES, num_threads=threads)
    # A process that was killed in a commit leaves files which the next commit would have to write anew, and
    # tantivy writes over none.
    writer.garbage_collect_files()
    return writer
