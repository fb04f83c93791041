"""One batch into both indexes, in steps that can be killed at any instant; see `indexer.pipeline`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.chunks import ChunkChanges
from catalog.vocabulary import NOBODY
from indexer.lexical.writer import LexicalWriter
from indexer.preparation import Chunked, Entry, Preparer
from indexer.vectors.backend import VectorStore


@dataclass(frozen=True, slots=True)
class Indexes:
    """Both indexes, open for writing."""

    preparer: Preparer
    vectors: VectorStore
    lexical: LexicalWriter

    def publish(self, chunked: Chunked) -> None:
        """Bring both indexes, and the chunks in the catalog, to what the batch says.

        All embeddings of the batch are kept already. Doing it again changes nothing.
        """
        living = chunked.living
        changes = self.preparer.changes(chunked)
        self._withdraw(changes)
        entries = self.preparer.record(living, changes)
        self._show_vectors(entries)
        self.lexical.remove(sorted(changes.keys() - {each.id for each in living}))
        for entry in entries:
            bodies = chunked.bodies.get(entry.document.id, {})
            self.lexical.replace(entry.document, entry.passages, bodies)
        self.lexical.commit()

    def _withdraw(self, changes: Mapping[str, ChunkChanges]) -> None:
        """Tombstone the rows whose chunks the catalog is about to drop."""
        live = self.vectors.live_rows(list(changes))
        kept = {name: {chunk for chunk, _ in change.kept.values()} for name, change in changes.items()}
        self.vectors.set_access(
            {
                name: {chunk: NOBODY for chunk in rows if chunk not in kept[name]}
                for name, rows in live.items()
            }
        )

    def _show_vectors(self, entries: Sequence[Entry]) -> None:
        """Bring the vectors to what the catalog has: access ids, missing rows."""
        live = self.vectors.live_rows([entry.document.id for entry in entries])
        self.vectors.set_access(
            {
                entry.document.id: {
                    chunk: entry.document.access_id
                    for chunk, access_id in live.get(entry.document.id, {}).items()
                    if access_id != entry.document.access_id
                }
                for entry in entries
            }
        )
        missing = [
            (entry.document, chunk)
            for entry in entries
            for chunk in entry.chunks
            if chunk.id not in live.get(entry.document.id, {})
        ]
        if missing:
            self.vectors.append(self.preparer.vectors(missing))
