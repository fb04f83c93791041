"""Reading the lexical index: immutable snapshots that many threads may search at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import tantivy
from tantivy import Order, Query

from indexer.document_keys import id_halves, joined_halves
from indexer.found_passages import FoundPassages
from indexer.lexical.checking import FileIdentity, check_index
from indexer.lexical.errors import DamagedIndexError, translated
from indexer.lexical.languages import ENGLISH, STEMMERS
from indexer.lexical.schema import DOCUMENT_ORDER, STRINGS, column, stemmed_term
from indexer.lexical.storage import Layout, Signature, read_description
from settings.fields import FieldType

SortValue = str | int | float | bool
"""What a column is sorted by."""

MOST_HOLDING: Final = 100_000
"""Passages that decide which documents hold a phrase; further ones would tell little new."""


@dataclass(frozen=True, slots=True)
class DocumentMatches:
    """Documents found, first to last, what each stands by (its score, or its value of a column: dates in
    nanoseconds since 1970), and how many there are in all."""

    document_ids: tuple[str, ...]
    keys: tuple[SortValue | None, ...]
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

    @property
    def passage_count(self) -> int:
        """Passages in the index, readable or not."""
        return self._passages.num_docs

    def passages_with(self, term: str) -> int:
        """How many passages hold a term in their text, readable or not."""
        return self._passages.doc_freq("body", term)

    def passages(self, query: Query, limit: int) -> FoundPassages:
        """The best `limit` passages for `query` (over `passages_schema`)."""
        hits = self._passages.search(query, limit=limit, count=False).hits
        addresses = [address for _, address in hits]
        chunks = self._passages.fast_field_values("chunk", addresses)
        high = self._passages.fast_field_values(DOCUMENT_ORDER, addresses)
        low = self._passages.fast_field_values("document_low", addresses)
        return FoundPassages(
            np.array(chunks, np.int64),
            np.array([score for score, _ in hits], np.float32),
            joined_halves(high, low),
        )

    def documents_holding(self, query: Query) -> list[str]:
        """The documents of the best `MOST_HOLDING` passages for `query` (over `passages_schema`)."""
        return list(dict.fromkeys(self.passages(query, MOST_HOLDING).document_ids))

    def documents(
        self, query: Query, limit: int, *, by: str | None = None, is_descending: bool = False
    ) -> DocumentMatches:
        """Documents for `query` (over `documents_schema`), by score, or by the values of column `by`.

        Those without a value come last.
        """
        return self._found(query, limit, None if by is None else column(by), is_descending)

    def documents_by_id(self, query: Query, limit: int) -> DocumentMatches:
        """Documents for `query` (over `documents_schema`), in the order of their ids."""
        return self._found(query, limit, DOCUMENT_ORDER, is_descending=False)

    def _found(self, query: Query, limit: int, field: str | None, is_descending: bool) -> DocumentMatches:
        order = Order.Asc if field is not None and not is_descending else Order.Desc
        found = self._documents.search(query, limit=limit, order_by_field=field, order=order)
        ids = tuple([self._documents.doc(address)["document"][0] for _, address in found.hits])
        keys = tuple([key for key, _ in found.hits])
        return DocumentMatches(ids, keys, int(found.count))  # type: ignore[attr-defined]  # tantivy's stub forgets it

    def values_among(
        self, query: Query, document_ids: Sequence[str], by: str | None = None
    ) -> dict[str, SortValue | None]:
        """Those of `document_ids` that `query` finds, which finds no others, with their values in `by`.

        They are told apart by the first halves of their ids: reading a thousand ids as they are stored takes
        longer than finding them.
        """
        by_half = {id_halves(document_id)[0]: document_id for document_id in document_ids}
        if len(by_half) < len(document_ids):
            found = self.documents(query, len(document_ids), by=by)
            return dict(zip(found.document_ids, found.keys if by else [None] * found.total, strict=True))
        field = None if by is None else column(by)
        hits = self._documents.search(
            query, limit=max(1, len(document_ids)), order_by_field=field, count=False
        ).hits
        halves = self._documents.fast_field_values(DOCUMENT_ORDER, [address for _, address in hits])
        keys = [key if by else None for key, _ in hits]
        return {by_half[int(half or 0)]: key for half, key in zip(halves, keys, strict=True)}

    def estimated_values(self, query: Query, name: str) -> int:
        """How many different values column `name` has among the documents of `query`, to a few percent."""
        return round(self._documents.cardinality(query, column(name)))

    def aggregate(self, query: Query, request: Mapping[str, Any]) -> dict[str, Any]:
        """The aggregations of `request`, in tantivy's terms, over the documents of `query`."""
        return self._documents.aggregate(query, dict(request)) if request else {}


@dataclass(slots=True)
class LexicalReader:
    """Follows the index in a folder; `snapshot` is None while nothing was ever written there.

    Each file's checksum is compared before it is first read from, which brings it into the page cache, too.
    """

    directory: Path
    snapshot: LexicalSnapshot | None = None
    _signature: Signature | None = field(default=None, repr=False)
    _checked: frozenset[FileIdentity] = field(default=frozenset(), repr=False)

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
        if signature is not None:
            self._check(layout)
        self.snapshot = None if signature is None else _open_snapshot(layout)
        self._signature = signature
        return True

    def _check(self, layout: Layout) -> None:
        with translated(layout.directory):
            read_description(layout)  # another version's files may look otherwise
            self._checked = check_index(layout.passages, self._checked) | check_index(
                layout.documents, self._checked
            )


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
