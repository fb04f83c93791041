"""Where the synonyms of a question's words stand: single words in any of their forms, several as a phrase."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Final

import tantivy
from tantivy import Query

from indexer.lexical.languages import ENGLISH, stemming_language
from indexer.lexical.phrases import Wording
from indexer.lexical.queries import (
    DOCUMENT_BOOSTS,
    PASSAGE_BOOSTS,
    Boosts,
    access_condition,
    any_of,
    any_value,
    phrase_query,
    restricted,
    written_in,
)
from indexer.lexical.reader import LexicalSnapshot
from indexer.lexical.terms import phrase_terms
from indexer.lexical.thesaurus import Expansion

SYNONYM_BOOST: Final = 0.6
"""What a synonym counts beside the word that was asked for. Several synonyms of a word count as the best of
them does, so that a list of ten does not outweigh the question."""


def synonym_wordings(
    snapshot: LexicalSnapshot, expansions: Sequence[Expansion], allowed: Collection[int]
) -> tuple[Wording, ...]:
    """One per word that has synonyms, with its scores, in documents with one of the `allowed` ids."""
    return tuple(_wording(snapshot, expansion, allowed) for expansion in expansions)


def _wording(snapshot: LexicalSnapshot, expansion: Expansion, allowed: Collection[int]) -> Wording:
    languages = (
        (ENGLISH, *snapshot.languages)
        if expansion.language is None
        else (stemming_language(expansion.language),)
    )
    asked = _rarity(snapshot, phrase_terms(expansion.words, languages[0]))
    passages: list[Query] = []
    documents: list[Query] = []
    for alternative in expansion.alternatives:
        wordings = dict.fromkeys(tuple(phrase_terms(alternative, language)) for language in languages)
        for terms in (each for each in wordings if each):
            boost = SYNONYM_BOOST * _share(asked, _rarity(snapshot, terms))
            passages.append(Query.boost_query(_in_passages(snapshot, terms), boost))
            documents.append(Query.boost_query(_in_documents(snapshot, terms, allowed), boost))
    return Wording(
        _where(expansion, snapshot.passages_schema, snapshot, passages),
        _where(expansion, snapshot.documents_schema, snapshot, documents),
    )


def _where(
    expansion: Expansion, schema: tantivy.Schema, snapshot: LexicalSnapshot, parts: Sequence[Query]
) -> Query:
    best = Query.disjunction_max_query(list(parts))
    if expansion.language is None:
        return best
    wanted, others = written_in(schema, expansion.language, snapshot.languages)
    return restricted(best, wanted, others)


def _in_passages(snapshot: LexicalSnapshot, terms: Sequence[str]) -> Query:
    return _by_field(snapshot.passages_schema, terms, PASSAGE_BOOSTS)


def _in_documents(snapshot: LexicalSnapshot, terms: Sequence[str], allowed: Collection[int]) -> Query:
    """Of documents it is not known in which order their words stand: their passages tell."""
    schema = snapshot.documents_schema
    if len(terms) == 1:
        return _by_field(schema, terms, DOCUMENT_BOOSTS)
    readable = [access_condition(snapshot.passages_schema, allowed)]
    holding = snapshot.documents_holding(restricted(_in_passages(snapshot, terms), readable))
    title = _by_field(schema, terms, [("title", dict(DOCUMENT_BOOSTS)["title"])])
    return any_of([title, any_value(schema, "document", holding)])


def _by_field(schema: tantivy.Schema, terms: Sequence[str], boosts: Boosts) -> Query:
    return any_of([Query.boost_query(phrase_query(schema, field, terms), boost) for field, boost in boosts])


def _share(asked: float, synonym: float) -> float:
    """What of its score a synonym keeps, so that a rare one counts no more than a common word asked for."""
    return min(1.0, asked / synonym) if synonym > 0 else 1.0


def _rarity(snapshot: LexicalSnapshot, terms: Sequence[str]) -> float:
    """The sum of the inverse document frequencies of BM25."""
    total = snapshot.passage_count
    counts = [snapshot.passages_with(term) for term in terms]
    return sum(math.log1p((total - count + 0.5) / (count + 0.5)) for count in counts)
