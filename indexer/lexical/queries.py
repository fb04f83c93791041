"""Questions as tantivy queries, built from analysed terms: nothing a person types is parsed as syntax."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import tantivy
from tantivy import Occur, Query

from indexer.lexical.characters import comparable, without_unspaced
from indexer.lexical.exact import is_name, tokens
from indexer.lexical.languages import ENGLISH, is_function_word
from indexer.lexical.schema import STRINGS, string_term
from indexer.lexical.terms import Pair, Terms, phrase_terms

Boosts = Sequence[tuple[str, float]]

PASSAGE_BOOSTS: Final[Boosts] = (("title", 1.5), ("headings", 1.0), ("fields", 0.5), ("body", 1.0))
DOCUMENT_BOOSTS: Final[Boosts] = (("title", 1.5), ("body", 1.0))
"""What a word is worth where it stands. The title is short and shared by all passages of a document."""
EXACT_BOOST: Final = 0.5
"""A word found exactly as written adds to its stem;"""
NAME_BOOST: Final = 1.5
"""and a name with inner punctuation is evidence by itself."""
JOINED_BOOST: Final = 0.5
"""Two neighbouring words of the question written as one."""
PROXIMITY_BOOST: Final = 0.2
PROXIMITY_SLOP: Final = 1
"""Neighbouring words of the question found near each other: the ordered window of Metzler and Croft,
"A Markov Random Field Model for Term Dependencies" (SIGIR 2005)."""
LONGEST_BEGINNING: Final = 200
"""Characters of a beginning that is looked for: an expression of tantivy's has up to 1,000 states, and a
character of the rarer scripts takes four."""
_LOOKED_UP: Final = 1_500
"""Values that are found one by one; from about 2,000 on a set of them takes no longer."""


def passage_query(schema: tantivy.Schema, terms: Terms) -> Query:
    """Passages with any of the terms, ranked by BM25: each word by field, names as written, neighbours."""
    return _scoring_query(schema, terms, PASSAGE_BOOSTS, has_order=True)


def document_query(schema: tantivy.Schema, terms: Terms) -> Query:
    """Documents with any of the terms, ranked likewise; where words stand is known of passages alone."""
    return _scoring_query(schema, terms, DOCUMENT_BOOSTS, has_order=False)


def _scoring_query(schema: tantivy.Schema, terms: Terms, boosts: Boosts, *, has_order: bool) -> Query:
    parts = [*_words(schema, terms.stems, boosts), *_exact(schema, terms.exact)]
    if has_order:
        parts += _neighbours(schema, terms.pairs)
    parts += [
        Query.boost_query(Query.term_query(schema, "body", stem), JOINED_BOOST) for stem in terms.joined
    ]
    parts += [
        Query.boost_query(_beginning(schema, field, run), boost)
        for run in terms.prefixes
        for field, boost in boosts
    ]
    for foreign in terms.foreign:
        words = [*_words(schema, foreign.stems, boosts)]
        if has_order:
            words += _neighbours(schema, foreign.pairs)
        if words:
            parts.append(restricted(any_of(words), [_in_language(schema, foreign.language)]))
    return any_of(parts)


def matching_query(schema: tantivy.Schema, terms: Terms) -> Query:
    """The documents that hold any of the terms, all with score 0: for counting."""
    parts = [*_any_word(schema, terms.stems), any_value(schema, "exact", terms.exact)]
    parts.append(any_value(schema, "body", terms.joined))
    parts += [_beginning(schema, field, run) for run in terms.prefixes for field in ("title", "body")]
    for foreign in terms.foreign:
        words = any_of(list(_any_word(schema, foreign.stems)))
        parts.append(restricted(words, [_in_language(schema, foreign.language)]))
    return Query.const_score_query(any_of(parts), 0.0)


def word_query(schema: tantivy.Schema, terms: Terms) -> Query:
    """The documents that hold one word, in any language's form, whatever the language of the document."""
    stems = list(dict.fromkeys([*terms.stems, *(stem for each in terms.foreign for stem in each.stems)]))
    parts = [*_any_word(schema, stems), any_value(schema, "exact", terms.exact)]
    parts += [_beginning(schema, field, run) for run in terms.prefixes for field in ("title", "body")]
    return Query.const_score_query(any_of(parts), 0.0)


def title_query(schema: tantivy.Schema, terms: Terms) -> Query:
    """The documents whose title holds any of the terms, in any language's form."""
    stems = {*terms.stems, *(stem for foreign in terms.foreign for stem in foreign.stems)}
    parts = [Query.term_set_query(schema, "title", sorted(stems))]
    parts += [_beginning(schema, "title", run) for run in terms.prefixes]
    return Query.const_score_query(any_of(parts), 0.0)


def as_written(schema: tantivy.Schema, text: str, languages: Collection[str] = ()) -> Query | None:
    """Where the only word of `text` stands as it is written.

    None when `text` has several or none, or a function word: those have no exact term.
    """
    characters = comparable(text)
    written = tokens(characters)
    if len(written) != 1 or without_unspaced(characters) != characters:
        return None
    if any(is_function_word(written[0], language) for language in (ENGLISH, *languages)):
        return None
    return Query.term_query(schema, "exact", written[0].lower())


def phrase(
    schema: tantivy.Schema, text: str, fields: Iterable[str], languages: Collection[str] = ()
) -> Query | None:
    """Where the words of `text` stand next to each other, in any of their forms; None when there is none.

    `fields` are such as tell the order of words; `languages` those of documents, besides English.
    """
    wordings = dict.fromkeys(tuple(phrase_terms(text, language)) for language in (ENGLISH, *languages))
    parts = [phrase_query(schema, field, wording) for field in fields for wording in wordings if wording]
    return any_of(parts) if parts else None


def phrase_query(schema: tantivy.Schema, field: str, wording: Sequence[str]) -> Query:
    """Where these terms stand next to each other in `field`, or the only one of them stands."""
    if len(wording) == 1:
        return Query.term_query(schema, field, wording[0])
    return Query.phrase_query(schema, field, list(wording))


def any_of(queries: Sequence[Query]) -> Query:
    """At least one; none at all finds nothing."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def any_value(schema: tantivy.Schema, field: str, values: Sequence[str | int]) -> Query:
    """Entries with one of the values, all with score 0.

    A thousand values are found one by one in less than half the time of a set of them, a few in a fifth: for
    a set tantivy walks through the terms of the field.
    """
    if len(values) > _LOOKED_UP:
        return Query.const_score_query(Query.term_set_query(schema, field, list(values)), 0.0)
    terms = [Query.term_query(schema, field, value, index_option="basic") for value in values]
    return Query.const_score_query(any_of(terms), 0.0)


def restricted(query: Query, conditions: Iterable[Query], forbidden: Iterable[Query] = ()) -> Query:
    """`query` where every condition holds and nothing forbidden does; neither changes the score."""
    parts = [(Occur.Must, query)]
    parts += [(Occur.Must, Query.const_score_query(condition, 0.0)) for condition in conditions]
    parts += [(Occur.MustNot, condition) for condition in forbidden]
    return Query.boolean_query(parts)


def preferring(query: Query, words: Query) -> Query:
    """What `query` finds, with the score of `words` added where they are found, too."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Should, words)])


def access_condition(schema: tantivy.Schema, allowed: Collection[int]) -> Query:
    """Entries that carry one of the allowed access ids; none allowed finds nothing."""
    return Query.term_set_query(schema, "access", sorted(allowed))


def written_in(
    schema: tantivy.Schema, language: str, stemmed: Iterable[str]
) -> tuple[list[Query], list[Query]]:
    """What holds of documents in `language`, and what does not. English are, as when words are stemmed, all
    those in none of the `stemmed` languages."""
    if language == ENGLISH:
        return [], [_in_language(schema, other) for other in stemmed]
    return [_in_language(schema, language)], []


def _words(schema: tantivy.Schema, stems: Iterable[str], boosts: Boosts) -> Iterator[Query]:
    for stem in stems:
        for field, boost in boosts:
            yield Query.boost_query(Query.term_query(schema, field, stem), boost)


def _exact(schema: tantivy.Schema, terms: Iterable[str]) -> Iterator[Query]:
    for term in terms:
        boost = NAME_BOOST if is_name(term) else EXACT_BOOST
        yield Query.boost_query(Query.term_query(schema, "exact", term), boost)


def _neighbours(schema: tantivy.Schema, pairs: Iterable[Pair]) -> Iterator[Query]:
    for pair in pairs:
        near = Query.phrase_query(schema, "body", list(pair), slop=PROXIMITY_SLOP)
        yield Query.boost_query(near, PROXIMITY_BOOST)


def _any_word(schema: tantivy.Schema, stems: Sequence[str]) -> Iterator[Query]:
    for field in ("title", "body"):
        yield any_value(schema, field, stems)


def _beginning(schema: tantivy.Schema, field: str, run: str) -> Query:
    """The grams that begin with a run that is shorter than they are."""
    return Query.regex_query(schema, field, f"{re.escape(run)}.*")


def _in_language(schema: tantivy.Schema, language: str) -> Query:
    return Query.term_query(schema, STRINGS, string_term("language", language))
