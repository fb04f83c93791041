"""One question made ready for both halves: its terms, and what a result must and must not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tantivy import Query

from indexer.lexical.phrases import wording
from indexer.lexical.queries import (
    access_condition,
    any_of,
    any_value,
    document_query,
    matching_query,
    passage_query,
    preferring,
    restricted,
    title_query,
)
from indexer.lexical.query_text import QueryText, parse_query_text
from indexer.lexical.reader import LexicalSnapshot
from indexer.lexical.stop_words import content_words
from indexer.lexical.terms import Terms, analyse
from indexer.retrieval.filters import check_facet, check_single, compile_filter, without_texts
from indexer.retrieval.question import RELEVANCE, Filter, Phrase, Question, Words
from settings.fields import FieldType


@dataclass(frozen=True, slots=True)
class Scope:
    """A question over one snapshot of the lexical index, for a caller who may read `allowed`.

    Phrases and exclusions are conditions on whole documents; over passages they only spare work, as a
    document may keep a word and its exclusion in different passages.
    """

    snapshot: LexicalSnapshot
    allowed: frozenset[int]
    text: QueryText
    terms: Terms
    _passage_conditions: tuple[Query, ...]
    _document_conditions: tuple[Query, ...]
    _passage_exclusions: tuple[Query, ...]
    _document_exclusions: tuple[Query, ...]

    @property
    def is_constrained(self) -> bool:
        """Whether more than access decides which documents may be found."""
        return len(self._document_conditions) > 1 or bool(self._document_exclusions)

    def passages(self) -> Query:
        """Passages by their words, best first."""
        return self._restricted_passages(passage_query(self.snapshot.passages_schema, self.terms))

    def passages_placed(self, chunk_ids: list[int]) -> Query:
        """All of these chunks, whatever their document holds: by the words, with score 0 those without."""
        schema = self.snapshot.passages_schema
        return preferring(any_value(schema, "chunk", chunk_ids), passage_query(schema, self.terms))

    def passages_of(self, document_ids: list[str]) -> Query:
        """Passages by their words, within these documents."""
        schema = self.snapshot.passages_schema
        return restricted(self.passages(), [any_value(schema, "document", document_ids)])

    def documents(self) -> Query:
        """Documents that hold any of the words, ranked by them. A blank question finds all."""
        schema = self.snapshot.documents_schema
        is_blank = self.text.is_blank
        return self._restricted_documents(
            Query.all_query() if is_blank else document_query(schema, self.terms)
        )

    def countable(self, also: list[str]) -> Query:
        """Documents that hold any of the words, or are one of `also`, without a ranking: quicker to count.

        A blank question finds all.
        """
        schema = self.snapshot.documents_schema
        if self.text.is_blank:
            return self._restricted_documents(Query.all_query())
        matches = any_of([matching_query(schema, self.terms), self.among(also)])
        return self._restricted_documents(Query.const_score_query(matches, 0.0))

    def among(self, document_ids: Sequence[str]) -> Query:
        """These documents, whatever else holds of them."""
        return any_value(self.snapshot.documents_schema, "document", document_ids)

    def permitted(self, document_ids: list[str]) -> frozenset[str]:
        """Those of `document_ids` that satisfy every condition."""
        if not document_ids:
            return frozenset()
        query = self._restricted_documents(self.among(document_ids))
        return frozenset(self.snapshot.documents(query, len(document_ids)).document_ids)

    def _restricted_passages(self, query: Query) -> Query:
        return restricted(query, self._passage_conditions, self._passage_exclusions)

    def _restricted_documents(self, query: Query) -> Query:
        return restricted(query, self._document_conditions, self._document_exclusions)


def make_scope(question: Question, snapshot: LexicalSnapshot, allowed: frozenset[int]) -> Scope:
    """Raises `InvalidFilterError` when the filter, a facet, sort or collapse cannot be carried out."""
    _check(question, snapshot.columns)
    text = parse_query_text(question.text)
    phrases = [found for words in text.phrases if (found := wording(snapshot, words, allowed)) is not None]
    excluded = [found for words in text.excluded if (found := wording(snapshot, words, allowed)) is not None]
    access = access_condition(snapshot.passages_schema, allowed)
    wanted = [each for each in (question.filter, question.condition) if each is not None]
    passage_conditions = [access, *_column_conditions(wanted, snapshot)]
    document_conditions = [access_condition(snapshot.documents_schema, allowed)]
    holds = partial(_holding, snapshot=snapshot, allowed=allowed)
    document_conditions += [
        compile_filter(each, snapshot.documents_schema, snapshot.columns, holds) for each in wanted
    ]
    return Scope(
        snapshot,
        allowed,
        text,
        analyse(text, snapshot.languages),
        (*passage_conditions, *(each.in_passages for each in phrases)),
        (*document_conditions, *(each.in_documents for each in phrases)),
        tuple(each.in_passages for each in excluded),
        tuple(each.in_documents for each in excluded),
    )


def _check(question: Question, columns: Mapping[str, FieldType]) -> None:
    for facet in question.facets:
        check_facet(facet, columns)
    for key in question.sort:
        if key.field != RELEVANCE:
            check_single(key.field, columns)
    if question.collapse is not None:
        check_single(question.collapse.field, columns)


def _column_conditions(wanted: Sequence[Filter], snapshot: LexicalSnapshot) -> list[Query]:
    """What of the filters holds of passages, too."""

    def never(part: Words | Phrase) -> Query:
        raise AssertionError(f"{part} is no condition on a passage")

    told = [columns for columns in map(without_texts, wanted) if columns is not None]
    return [compile_filter(each, snapshot.passages_schema, snapshot.columns, never) for each in told]


def _holding(part: Words | Phrase, *, snapshot: LexicalSnapshot, allowed: frozenset[int]) -> Query:
    """The documents that hold words or a phrase; all where there is no word in it."""
    schema = snapshot.documents_schema
    if isinstance(part, Phrase):
        found = wording(snapshot, part.text, allowed)
        return Query.all_query() if found is None else found.in_documents
    every = [Query.all_query()]
    for word in content_words(parse_query_text(part.text).words):
        terms = analyse(QueryText(word), snapshot.languages)
        every.append(title_query(schema, terms) if part.in_title else matching_query(schema, terms))
    return restricted(Query.all_query(), every)
