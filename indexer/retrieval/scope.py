"""One question made ready for both halves: its terms, and what a result must and must not be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tantivy import Query

from indexer.lexical.languages import question_language
from indexer.lexical.phrases import Wording, wording
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
from indexer.lexical.synonyms import synonym_wordings
from indexer.lexical.terms import Terms, analyse
from indexer.lexical.thesaurus import NO_SYNONYMS, Expansion, Thesaurus
from indexer.retrieval.filters import (
    check_facet,
    check_single,
    compile_filter,
    demands_words,
    without_texts,
)
from indexer.retrieval.question import RELEVANCE, Filter, Phrase, Question, Words
from settings.fields import FieldType


@dataclass(frozen=True, slots=True)
class Scope:
    """A question over one snapshot of the lexical index, for a caller who may read `allowed`.

    Phrases and exclusions are conditions on whole documents; over passages they only spare work, as a
    document may keep a word and its exclusion in different passages. `expansions` are the synonyms that count
    beside the words, `_synonyms` where they stand.
    """

    snapshot: LexicalSnapshot
    allowed: frozenset[int]
    text: QueryText
    terms: Terms
    thesaurus: Thesaurus
    expansions: tuple[Expansion, ...]
    _synonyms: tuple[Wording, ...]
    _passage_conditions: tuple[Query, ...]
    _document_conditions: tuple[Query, ...]
    _passage_exclusions: tuple[Query, ...]
    _document_exclusions: tuple[Query, ...]

    def with_filter(self, question: Question) -> Scope:
        """The same with the filter of `question`, which asks the same words."""
        return make_scope(question, self.snapshot, self.allowed, self.thesaurus)

    @property
    def topic(self) -> tuple[str, ...]:
        """The words of the question as typed, each once, without the function words of its language."""
        return tuple(dict.fromkeys(content_words(self.text.words, self.language)))

    @property
    def language(self) -> str:
        """The language of the question, as far as its function words show it."""
        return question_language(self.text.words, self.snapshot.languages)

    @property
    def is_constrained(self) -> bool:
        """Whether more than access decides which documents may be found."""
        return len(self._document_conditions) > 1 or bool(self._document_exclusions)

    def passages(self) -> Query:
        """Passages by their words, best first."""
        return self._restricted_passages(self._words_in_passages())

    def words_in(self, chunk_ids: list[int]) -> Iterator[tuple[str, Query]]:
        """Each word of the topic, and what counts beside it, with a query that scores these chunks by it."""
        schema = self.snapshot.passages_schema
        among = any_value(schema, "chunk", chunk_ids)
        for word in self.topic:
            terms = analyse(QueryText(word), self.snapshot.languages)
            yield word, preferring(among, passage_query(schema, terms))
        for expansion, found in zip(self.expansions, self._synonyms, strict=True):
            label = f"{expansion.words} → {', '.join(expansion.alternatives)}"
            yield label, preferring(among, found.in_passages)

    def passages_placed(self, chunk_ids: list[int]) -> Query:
        """All of these chunks, whatever their document holds: by the words, with score 0 those without."""
        schema = self.snapshot.passages_schema
        return preferring(any_value(schema, "chunk", chunk_ids), self._words_in_passages())

    def passages_of(self, document_ids: list[str]) -> Query:
        """Passages by their words, within these documents."""
        schema = self.snapshot.passages_schema
        return restricted(self.passages(), [any_value(schema, "document", document_ids)])

    def documents(self) -> Query:
        """Documents that hold any of the words, ranked by them. A blank question finds all."""
        if self.text.is_blank:
            return self._restricted_documents(Query.all_query())
        words = document_query(self.snapshot.documents_schema, self.terms)
        return self._restricted_documents(_or_synonyms(words, [each.in_documents for each in self._synonyms]))

    def countable(self, also: list[str]) -> Query:
        """Documents that hold any of the words, or are one of `also`, without a ranking: quicker to count.

        A blank question finds all.
        """
        schema = self.snapshot.documents_schema
        if self.text.is_blank:
            return self._restricted_documents(Query.all_query())
        synonyms = [each.in_documents for each in self._synonyms]
        matches = any_of([matching_query(schema, self.terms), self.among(also), *synonyms])
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

    def _words_in_passages(self) -> Query:
        words = passage_query(self.snapshot.passages_schema, self.terms)
        return _or_synonyms(words, [each.in_passages for each in self._synonyms])

    def _restricted_passages(self, query: Query) -> Query:
        return restricted(query, self._passage_conditions, self._passage_exclusions)

    def _restricted_documents(self, query: Query) -> Query:
        return restricted(query, self._document_conditions, self._document_exclusions)


def _or_synonyms(words: Query, synonyms: list[Query]) -> Query:
    return any_of([words, *synonyms]) if synonyms else words


def make_scope(
    question: Question,
    snapshot: LexicalSnapshot,
    allowed: frozenset[int],
    thesaurus: Thesaurus = NO_SYNONYMS,
) -> Scope:
    """Raises `InvalidFilterError` when the filter, a facet, sort or collapse cannot be carried out.

    The synonyms of `thesaurus` count, but not where AND, OR or NOT say what a document must hold: such a
    question is taken at its word.
    """
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
    is_literal = question.condition is not None and demands_words(question.condition)
    expansions = () if is_literal else thesaurus.expansions(text)
    return Scope(
        snapshot,
        allowed,
        text,
        analyse(text, snapshot.languages),
        thesaurus,
        expansions,
        synonym_wordings(snapshot, expansions, allowed),
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
