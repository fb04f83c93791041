"""Reading the lexical index: immutable snapshots that many threads may search at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import Order, Query

from indexer.lexical.entries import joined_ids
from indexer.lexical.errors import DamagedIndexError, translated
from indexer.lexical.languages import ENGLISH, STEMMERS
from indexer.lexical.schema import STRINGS, column, stemmed_term
from indexer.lexical.storage import Layout, Signature, read_description
from settings.fields import FieldType

LARGEST_FACET: Final = 1000
"""Values counted per facet."""
MOST_HOLDING: Final = 100_000
"""Passages that decide which documents hold a phrase; further ones would tell little new."""


@dataclass(frozen=True, slots=True)
class PassageMatches:
    """Chunks found by their words, best first: ids, BM25 scores and the document of each."""

    chunk_ids: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentMatches:
    """Documents found, best first, and how many there are in all."""

    document_ids: tuple[str, ...]
    scores: tuple[float, ...]
    total: int


@dataclass(frozen=True, slots=True)
class LexicalSnapshot:
    """Both indexes as of one commit. `languages` are those of its documents, besides English, whose words
    are stemmed by rules of their own."""

    columns: Mapping[str, FieldType]
    languages: tuple[str, ...]
    passages_schema: tantivy.Schema
    documents_schema: tantivy.Schema
    _passages: tantivy.Searcher
    _documents: tantivy.Searcher

    @property
    def document_count(self) -> int:
        """Documents in the index, readable or not."""
        return self._documents.num_docs

    def passages(self, query: Query, limit: int) -> PassageMatches:
        """The best `limit` passages for `query` (over `passages_schema`)."""
        hits = self._passages.search(query, limit=limit, count=False).hits
        addresses = [address for _, address in hits]
        chunks = self._passages.fast_field_values("chunk", addresses)
        high = self._passages.fast_field_values("document_high", addresses)
        low = self._passages.fast_field_values("document_low", addresses)
        return PassageMatches(
            np.array(chunks, np.int64),
            np.array([score for score, _ in hits], np.float32),
            joined_ids([int(value or 0) for value in high], [int(value or 0) for value in low]),
        )

    def documents_holding(self, query: Query) -> list[str]:
        """The documents of the best `MOST_HOLDING` passages for `query` (over `passages_schema`)."""
        return list(dict.fromkeys(self.passages(query, MOST_HOLDING).document_ids))

    def documents(
        self, query: Query, limit: int, *, offset: int = 0, sort: str | None = None
    ) -> DocumentMatches:
        """Documents for `query` (over `documents_schema`), by score, or by column `sort`.

        A "-" before the column's name sorts descending; documents without a value come last.
        """
        found = self._documents.search(
            query,
            limit=limit,
            offset=offset,
            order_by_field=None if sort is None else column(sort.removeprefix("-")),
            order=Order.Asc if sort is not None and not sort.startswith("-") else Order.Desc,
        )
        ids = tuple(self._documents.doc(address)["document"][0] for _, address in found.hits)
        scores = tuple(score if sort is None else 0.0 for score, _ in found.hits)
        return DocumentMatches(ids, scores, int(found.count))  # type: ignore[attr-defined]  # tantivy's stub forgets it

    def count(self, query: Query) -> int:
        """How many documents `query` (over `documents_schema`) finds."""
        return self.documents(query, 1).total

    def facets(self, query: Query, names: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """For each column the values among the documents of `query`, the most frequent first."""
        if not names:
            return {}
        request = {
            name: {
                "terms": {"field": column(name), "size": LARGEST_FACET, "segment_size": LARGEST_FACET * 10}
            }
            for name in names
        }
        answer = self._documents.aggregate(query, request)
        return {
            name: [
                (str(bucket.get("key_as_string", bucket["key"])), int(bucket["doc_count"]))
                for bucket in answer[name]["buckets"]
            ]
            for name in names
        }


@dataclass(slots=True)
class LexicalReader:
    """Follows the index in a folder; `snapshot` is None while nothing was ever written there."""

    directory: Path
    snapshot: LexicalSnapshot | None = None
    _signature: Signature | None = field(default=None, repr=False)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Read the index in `directory`, now or as soon as there is one.

        Raises `LexicalIndexError` for damaged files, `IncompatibleIndexError` for those of another version.
        """
        reader = cls(directory)
        reader.refresh()
        return reader

    def refresh(self) -> bool:
        """Take over what was committed since; whether anything was. Cheap when nothing changed.

        On an error the old snapshot stays in use.
        """
        # A rebuild switches what the folder's name leads to: all files must be of one and the same.
        layout = Layout(self.directory.resolve())
        signature = layout.signature()
        if signature == self._signature:
            return False
        if signature is None and self.snapshot is not None:
            raise DamagedIndexError(
                f"{layout.directory} lacks files that were there: `indexer rebuild` makes it anew"
            )
        self.snapshot = None if signature is None else _open_snapshot(layout)
        self._signature = signature
        return True


def _open_snapshot(layout: Layout) -> LexicalSnapshot:
    with translated(layout.directory):
        columns = read_description(layout).columns
        passages, documents = (tantivy.Index.open(str(path)) for path in (layout.passages, layout.documents))
        for index in (passages, documents):
            index.config_reader(reload_policy="manual")
        searchers = passages.searcher(), documents.searcher()
        languages = _languages(searchers[1])
        return LexicalSnapshot(columns, languages, passages.schema, documents.schema, *searchers)


def _languages(documents: tantivy.Searcher) -> tuple[str, ...]:
    return tuple(
        code for code in STEMMERS if code != ENGLISH and documents.doc_freq(STRINGS, stemmed_term(code))
    )
