"""How far the indexer has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done: documents brought up to date (deleted ones included), their chunks, the embeddings
    made anew; and how many documents still wait."""

    documents: int = 0
    chunks: int = 0
    embedded: int = 0
    pending: int = 0

    def __add__(self, later: Progress) -> Progress:
        """Both together; what waits is what waits later."""
        return Progress(
            self.documents + later.documents,
            self.chunks + later.chunks,
            self.embedded + later.embedded,
            later.pending,
        )
