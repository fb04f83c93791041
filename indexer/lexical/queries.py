"""Questions as tantivy queries, built from analysed terms: nothing a person types is parsed as syntax."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import tantivy
from tantivy import Occur, Query

from indexer.lexical.analysis import whole_analyzer, words_analyzer
from indexer.lexical.query_text import QueryText
from indexer.lexical.stop_words import STOP_WORDS, content_words

MOST_TERMS: Final = 200
"""Further words of a longer question do not count."""

PASSAGE_BOOSTS: Final = (("title", 1.5), ("headings", 1.0), ("fields", 0.5), ("body", 1.0))
DOCUMENT_BOOSTS: Final = (("title", 1.5), ("fields", 0.5), ("body", 1.0))
"""What a word is worth where it stands. The title is short and shared by all passages of a document."""
WHOLE_BOOST: Final = 0.75
"""A word found exactly as written adds to its stem;"""
NAME_BOOST: Final = 1.5
"""and a name with inner punctuation is evidence by itself."""
PROXIMITY_BOOST: Final = 0.2
PROXIMITY_SLOP: Final = 1
"""Neighbouring words of the question found near each other: the ordered window of Metzler and Croft,
"A Markov Random Field Model for Term Dependencies" (SIGIR 2005)."""

_words = words_analyzer()
_whole = whole_analyzer()
_NAME: Final = re.compile(r"\w[^\w\s]+\w|_|\+\+$|#$")


@dataclass(frozen=True, slots=True)
class Terms:
    """A question analysed: `stems` in order without repetition, `names` whole, `pairs` of neighbours."""

    stems: tuple[str, ...]
    whole: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]


def analyse(text: QueryText) -> Terms:
    """The terms to look for; stop words drop out unless nothing else is left."""
    content = content_words(text.words)[:MOST_TERMS]
    sequence = [stem for word in content for stem in _words.analyze(word)]
    kept = {word.lower() for word in content}
    whole = [
        term
        for term in _whole.analyze(printable(text.natural))[:MOST_TERMS]
        if term in kept or (term not in STOP_WORDS and _NAME.search(term))
    ]
    pairs = dict.fromkeys(pair for pair in pairwise(sequence) if pair[0] != pair[1])
    return Terms(tuple(dict.fromkeys(sequence)), tuple(dict.fromkeys(whole)), tuple(pairs))


def printable(text: str) -> str:
    """`text` without what UTF-8 cannot carry (lone surrogates)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def scoring_query(
    schema: tantivy.Schema, terms: Terms, boosts: Sequence[tuple[str, float]] = PASSAGE_BOOSTS
) -> Query:
    """Any of the terms, ranked by BM25: each word by field, plus names as written, plus neighbours."""
    parts = [
        Query.boost_query(Query.term_query(schema, field, stem), boost)
        for stem in terms.stems
        for field, boost in boosts
    ]
    parts += [
        Query.boost_query(
            Query.term_query(schema, "whole", name), NAME_BOOST if _NAME.search(name) else WHOLE_BOOST
        )
        for name in terms.whole
    ]
    parts += [
        Query.boost_query(
            Query.phrase_query(schema, "body", list(pair), slop=PROXIMITY_SLOP), PROXIMITY_BOOST
        )
        for pair in terms.pairs
    ]
    return any_of(parts)


def matching_query(schema: tantivy.Schema, terms: Terms) -> Query:
    """The documents that hold any of the terms, all with score 0: for counting."""
    by_field = [
        Query.term_set_query(schema, field, list(terms.stems)) for field in ("title", "fields", "body")
    ]
    by_field.append(Query.term_set_query(schema, "whole", list(terms.whole)))
    return Query.const_score_query(any_of(by_field), 0.0)


def phrase(schema: tantivy.Schema, text: str, fields: Iterable[str]) -> Query | None:
    """Where the words of `text` stand next to each other; a single word must stand there as written.

    None when `text` holds no word.
    """
    whole = _whole.analyze(printable(text))
    if len(whole) == 1:
        return Query.term_query(schema, "whole", whole[0])
    stems = _words.analyze(printable(text))
    if not stems:
        return None
    if len(stems) == 1:
        return any_of([Query.term_query(schema, field, stems[0]) for field in fields])
    return any_of([Query.phrase_query(schema, field, list(stems)) for field in fields])


def any_of(queries: Sequence[Query]) -> Query:
    """At least one; none at all finds nothing."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def restricted(query: Query, conditions: Iterable[Query], forbidden: Iterable[Query] = ()) -> Query:
    """`query` where every condition holds and nothing forbidden does; neither changes the score."""
    parts = [(Occur.Must, query)]
    parts += [(Occur.Must, Query.const_score_query(condition, 0.0)) for condition in conditions]
    parts += [(Occur.MustNot, condition) for condition in forbidden]
    return Query.boolean_query(parts)


def access_condition(schema: tantivy.Schema, allowed: Collection[int]) -> Query:
    """Entries that carry one of the allowed access ids; none allowed finds nothing."""
    return Query.term_set_query(schema, "access", sorted(allowed))
