"""What stands in the documents that a caller may read: for spelling, and for what is proposed to the caller.

Everything is asked of the index within the caller's access, and what is shown is read from the catalog, for
documents that it confirms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, select
from tantivy import Query, Schema

from catalog.tables import chunks, documents
from indexer.found_passages import FoundPassages
from indexer.lexical.analysis import folded
from indexer.lexical.characters import without_unspaced
from indexer.lexical.queries import (
    any_of,
    any_value,
    passage_query,
    phrase,
    preferring,
    restricted,
    title_query,
    word_query,
)
from indexer.lexical.query_text import QueryText, parse_query_text
from indexer.lexical.reader import LexicalSnapshot
from indexer.lexical.schema import column
from indexer.lexical.stop_words import content_words
from indexer.lexical.terms import Terms, analyse

SAMPLED: Final = 10
"""Passages that are read to see how a word is spelled: of several spellings the frequent ones are met."""
_AS_WRITTEN: Final = 4
"""Letters of a word's beginning from which on words as written are looked for, not stems alone: "connectio"
is no beginning of a stem. Shorter ones begin too many words."""
_LONGEST_PATTERN: Final = 40
"""Characters of a beginning that are looked for: tantivy's patterns are bounded."""
_MEASURES: Final = frozenset({"big", "far", "fast", "high", "large", "long", "often", "old", "soon", "well"})
"""After "how" these ask for a number, which stands in documents without them."""
_PASSAGE_FIELDS: Final = ("title", "headings", "body")


_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
# Made once, not for each letter that someone types.
_TITLES: Final = select(documents.c.id, documents.c.title, documents.c.access_id).where(
    documents.c.id.in_(_IDS), documents.c.deleted_at.is_(None)
)
_TEXTS: Final = select(
    chunks.c.id, chunks.c.text, chunks.c.heading_path, documents.c.title, documents.c.access_id
).where(chunks.c.id.in_(_IDS), chunks.c.document_id == documents.c.id, documents.c.deleted_at.is_(None))


@dataclass(frozen=True, slots=True)
class SampledText:
    """A text of a readable document: its title, and a passage under its headings."""

    title: str
    headings: tuple[str, ...]
    text: str

    @property
    def whole(self) -> str:
        """All of it."""
        return "\n".join((self.title, *self.headings, self.text))


@dataclass(frozen=True, slots=True)
class ReadableWords:
    """The words of the documents that carry one of the `allowed` access ids, in one snapshot of the index."""

    snapshot: LexicalSnapshot
    allowed: frozenset[int]
    connection: Connection

    def documents_with(self, words: Sequence[str]) -> int:
        """How many readable documents hold every one of `words` (at least one), in any of their forms."""
        return self.snapshot.documents(self._holding(words), 1).total

    def holds_topic(self, text: str) -> bool:
        """Whether a readable document, which the catalog confirms, holds every word of a question's topic."""
        written = parse_query_text(text).words
        measures = [
            word for how, word in pairwise(written) if how.lower() == "how" and word.lower() in _MEASURES
        ]
        words = [word for word in content_words(written) if word not in measures]
        return bool(words) and bool(self._titles(self._holding(words), 1))

    def stand_together(self, text: str) -> bool:
        """Whether the words of `text` stand side by side in a readable passage; the catalog confirms it."""
        schema = self.snapshot.passages_schema
        query = phrase(schema, text, _PASSAGE_FIELDS, self.snapshot.languages)
        return query is not None and bool(self._texts(self._passages(query, SAMPLED)))

    def spelled_like(self, word: str, distance: int, beside: Sequence[str] = ()) -> tuple[SampledText, ...]:
        """Some passages with a word that is up to `distance` edits (1 or 2; a swap of neighbours is one) from
        `word`, which is in lower case; where there is none, accents do not count. It may be `word` itself.
        Passages that hold words of `beside` come first."""
        schema = self.snapshot.passages_schema
        context = passage_query(schema, self._analysed(" ".join(beside)))
        for field, text in (("exact", word), ("body", folded(word))):
            near = Query.const_score_query(Query.fuzzy_term_query(schema, field, text, distance), 0.0)
            found = self._passages(preferring(near, context), SAMPLED)
            if len(found.chunk_ids):
                break
        return self._texts(found)

    def titles_beginning(self, text: str, limit: int) -> list[str]:
        """Titles that begin with (the first 40 characters of) `text`, in capitals or not."""
        pattern = "".join(map(_in_any_case, text[:_LONGEST_PATTERN])) + ".*"
        schema = self.snapshot.documents_schema
        return self._titles(self._allowed(Query.regex_query(schema, column("title"), pattern)), limit)

    def titles_with(self, words: Sequence[str], partial: str, limit: int) -> list[str]:
        """Titles with each of `words`, in any form, and a word that begins with `partial`."""
        schema = self.snapshot.documents_schema
        whole = [title_query(schema, self._analysed(word)) for word in words]
        beginning = _beginning(schema, "title", partial, self.snapshot.languages)
        return self._titles(self._allowed(restricted(beginning, whole)), limit)

    def headings_with(self, words: Sequence[str], partial: str, limit: int) -> list[str]:
        """The headings above passages that have each of `words` and a word that begins with `partial` in
        some of them."""
        schema, languages = self.snapshot.passages_schema, self.snapshot.languages
        whole = [found for word in words if (found := phrase(schema, word, ("headings",), languages))]
        beginning = _beginning(schema, "headings", partial, languages)
        texts = self._texts(self._passages(restricted(beginning, whole), limit))
        return list(dict.fromkeys(heading for each in texts for heading in each.headings))

    def _analysed(self, word: str) -> Terms:
        return analyse(QueryText(word), self.snapshot.languages)

    def _holding(self, words: Sequence[str]) -> Query:
        schema = self.snapshot.documents_schema
        first, *others = (word_query(schema, self._analysed(word)) for word in words)
        return self._allowed(restricted(first, others))

    def _allowed(self, query: Query) -> Query:
        return restricted(query, [any_value(self.snapshot.documents_schema, "access", sorted(self.allowed))])

    def _passages(self, query: Query, limit: int) -> FoundPassages:
        access = any_value(self.snapshot.passages_schema, "access", sorted(self.allowed))
        return self.snapshot.passages(restricted(query, [access]), limit)

    def _titles(self, query: Query, limit: int) -> list[str]:
        """The titles of the first documents of `query` that the catalog confirms."""
        ids = self.snapshot.documents(query, limit).document_ids
        titles = {row.id: row.title for row in self._confirmed(_TITLES, ids)}
        return [titles[each] for each in ids if each in titles]

    def _texts(self, found: FoundPassages) -> tuple[SampledText, ...]:
        rows = self._confirmed(_TEXTS, found.chunk_ids.tolist())
        return tuple(SampledText(row.title, tuple(row.heading_path), row.text) for row in rows)

    def _confirmed(self, statement: Select[Any], ids: Sequence[str | int]) -> list[Row[Any]]:
        """The rows of readable documents."""
        rows = self.connection.execute(statement, {"ids": ids})
        return [row for row in rows if row.access_id in self.allowed]


def _beginning(schema: Schema, field: str, partial: str, languages: Sequence[str]) -> Query:
    """Where a word begins with `partial` in `field`, by its stem or as it is written."""
    if without_unspaced(partial) != partial and len(partial) > 1:
        return phrase(schema, partial, (field,), languages) or Query.empty_query()
    beginnings = [_beginning_with(schema, field, folded(partial))]
    if len(partial) >= _AS_WRITTEN:
        beginnings.append(_beginning_with(schema, "exact", partial.lower()))
    return Query.const_score_query(any_of(beginnings), 0.0)


def _beginning_with(schema: Schema, field: str, text: str) -> Query:
    return Query.regex_query(schema, field, f"{re.escape(text[:_LONGEST_PATTERN])}.*")


def _in_any_case(character: str) -> str:
    """The pattern of a character in small or capital."""
    forms = {form for form in (character, character.lower(), character.upper()) if len(form) == 1}
    return f"({'|'.join(sorted(map(re.escape, forms)))})"
