"""The one total order of the documents that a question finds: by sort keys, relevance, and id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Final

import tantivy
from tantivy import Query

from indexer.lexical.queries import any_value, restricted
from indexer.lexical.reader import DocumentMatches, SortValue
from indexer.lexical.schema import STRINGS, column, string_term
from indexer.retrieval.filters import equal_to
from indexer.retrieval.folding import Folded, FoldedDocuments
from indexer.retrieval.question import RELEVANCE, SortKey
from indexer.retrieval.scope import Scope

_WIDENING: Final = 4


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the documents that a question finds: those where all conditions hold and no exclusion.

    `known` are those of the candidate passages among them, best first, where they need not be looked up.
    """

    conditions: tuple[Query, ...] = ()
    exclusions: tuple[Query, ...] = ()
    known: tuple[str, ...] | None = None

    def where(self, condition: Query) -> Part:
        """Those of them where `condition` holds, too."""
        return Part((*self.conditions, condition), self.exclusions)

    def without(self, excluded: Query) -> Part:
        """Those of them where `excluded` does not hold."""
        return Part(self.conditions, (*self.exclusions, excluded))

    def beyond_known(self, known: Query) -> Part:
        """Those of them that no candidate passage stands in: all but `known`."""
        return Part(self.conditions, (*self.exclusions, known), ())


EVERYTHING: Final = Part()


class Ordering:
    """Orders documents by any keys; what these leave equal stands by its fused score, then by the BM25 score
    of the whole document, then by its id. Only the first documents are ever put in order.

    `folded` are the documents of the candidate passages, best first; `nearest` those that are found without
    holding a word.
    """

    def __init__(self, scope: Scope, folded: FoldedDocuments, nearest: Sequence[str]) -> None:
        self._scope: Final = scope
        self._folded: Final = folded
        self._places: Final = {each: place for place, each in enumerate(folded.document_ids)}
        self._nearest: Final = nearest
        self._values: Final[dict[str, dict[str, SortValue | None]]] = {}

    @cached_property
    def _ranked(self) -> Query:
        return self._scope.documents()

    @cached_property
    def _matching(self) -> Query:
        return self._scope.countable(list(self._nearest))

    def document(self, document_id: str) -> Folded:
        """The document with its score and chunks; one that no candidate passage stands in has neither."""
        place = self._places.get(document_id)
        return Folded(document_id, 0.0, ()) if place is None else self._folded.at(place)

    def first(self, part: Part, keys: Sequence[SortKey], limit: int) -> list[str]:
        """The ids of the first `limit` documents of `part`; fewer only where there are no more."""
        if limit <= 0:
            return []
        if not keys:
            return self._by_relevance(part, limit)
        key, *further = keys
        if key.field == RELEVANCE:
            return self._by_score(part, further, limit)
        found = self._found(part, limit, key)
        groups = _equal(zip(found.keys, found.document_ids, strict=True))
        if found.total <= len(found.document_ids):
            return self._refined(groups, further)
        # The last value may be that of many more documents, of which other ones come first.
        last, _ = groups.pop()
        ordered = self._refined(groups, further)
        return ordered + self.first(part.where(self._having(key.field, last)), further, limit - len(ordered))

    def values(self, document_ids: Sequence[str], name: str) -> dict[str, SortValue]:
        """The value of column `name` of each of these documents that has one."""
        told = self._values.setdefault(name, {})
        if unknown := [each for each in document_ids if each not in told]:
            found = self._scope.snapshot.documents(self.among(unknown), len(unknown), by=name)
            told |= dict.fromkeys(unknown) | dict(zip(found.document_ids, found.keys, strict=True))
        pairs = ((each, told[each]) for each in document_ids)
        return {document_id: value for document_id, value in pairs if value is not None}

    def group(self, name: str, value: SortValue) -> Part:
        """The documents whose column `name` has this value."""
        values = self.values(self._folded.document_ids, name)
        known = tuple(each for each in self._folded.document_ids if values.get(each) == value)
        return Part((self.having(name, value),), (), known)

    def among(self, document_ids: Sequence[str]) -> Query:
        """These documents."""
        return self._scope.among(document_ids)

    def group_sizes(self, name: str, values: Sequence[SortValue]) -> dict[SortValue, int]:
        """How many documents have each of these values of the string column `name`."""
        if not values:
            return {}
        among = any_value(self._schema, STRINGS, [string_term(name, str(value)) for value in values])
        request = {"values": {"terms": {"field": column(name), "size": len(values)}}}
        counted = self._scope.snapshot.aggregate(restricted(self._matching, [among]), request)
        return {bucket["key"]: int(bucket["doc_count"]) for bucket in counted["values"]["buckets"]}

    def having(self, name: str, value: SortValue) -> Query:
        """The documents whose column `name` has this value."""
        return equal_to(name, value, self._schema, self._scope.snapshot.columns[name])

    def _having(self, name: str, value: SortValue | None) -> Query:
        if value is not None:
            return self.having(name, value)
        return restricted(Query.all_query(), [], [Query.exists_query(column(name))])

    def _by_score(self, part: Part, keys: Sequence[SortKey], limit: int) -> list[str]:
        """Those of the candidate passages by their score, equal ones and all others by `keys`."""
        known = self._known(part)
        groups = _equal((self._score(each), each) for each in known)
        ordered = self._refined(groups, keys)[:limit]
        return ordered + self.first(part.beyond_known(self.among(known)), keys, limit - len(ordered))

    def _by_relevance(self, part: Part, limit: int) -> list[str]:
        known = self._known(part)
        if len(known) >= limit:
            return known[:limit]
        rest = part.beyond_known(self.among(known)) if known else part
        return known + self._by_words(rest, limit - len(known))

    def _by_words(self, part: Part, limit: int) -> list[str]:
        query = restricted(self._ranked, part.conditions, part.exclusions)
        if self._scope.text.is_blank:
            return list(self._scope.snapshot.documents_by_id(query, limit).document_ids)
        wanted = limit
        while True:
            found = self._scope.snapshot.documents(query, wanted)
            scores = [-float(score or 0) for score in found.keys]
            pairs = list(zip(scores, found.document_ids, strict=True))
            if found.total <= wanted or pairs[limit - 1][0] < pairs[-1][0]:
                return [document_id for _, document_id in sorted(pairs)[:limit]]
            wanted *= _WIDENING  # those with the last score may stand in any order

    def _known(self, part: Part) -> list[str]:
        """The documents of the candidate passages that belong to `part`, best first."""
        if part.known is not None:
            return list(part.known)
        folded = self._folded.document_ids
        if part == EVERYTHING or not folded:
            return list(folded)
        found = self._scope.snapshot.documents(self._restricted(part.where(self.among(folded))), len(folded))
        belonging = set(found.document_ids)
        return [document_id for document_id in folded if document_id in belonging]

    def _score(self, document_id: str) -> float:
        place = self._places.get(document_id)
        return 0.0 if place is None else float(self._folded.scores[place])

    def _refined(self, groups: Iterable[tuple[object, list[str]]], keys: Sequence[SortKey]) -> list[str]:
        """The documents of all groups, in this order; those within one are put in order by `keys`."""
        listed = [members for _, members in groups]
        several = [each for members in listed if len(members) > 1 for each in members]
        place = {each: number for number, each in enumerate(self._sorted(several, keys))}
        return [each for members in listed for each in sorted(members, key=lambda each: place.get(each, 0))]

    def _sorted(self, document_ids: Sequence[str], keys: Sequence[SortKey]) -> list[str]:
        """Exactly these documents in order."""
        if not document_ids:
            return []
        wanted = set(document_ids)
        known = tuple(each for each in self._folded.document_ids if each in wanted)
        ordered = self._by_relevance(Part((self.among(document_ids),), (), known), len(document_ids))
        for key in reversed(keys):
            if key.field == RELEVANCE:
                ordered.sort(key=self._score, reverse=True)
                continue
            values = self.values(ordered, key.field)
            present = [each for each in ordered if each in values]
            present.sort(key=values.__getitem__, reverse=key.is_descending)
            ordered = [*present, *(each for each in ordered if each not in values)]
        return ordered

    def _found(self, part: Part, limit: int, key: SortKey) -> DocumentMatches:
        return self._scope.snapshot.documents(
            self._restricted(part), limit, by=key.field, is_descending=key.is_descending
        )

    def _restricted(self, part: Part) -> Query:
        return restricted(self._matching, part.conditions, part.exclusions)

    @property
    def _schema(self) -> tantivy.Schema:
        return self._scope.snapshot.documents_schema


def _equal(pairs: Iterable[tuple[SortValue | None, str]]) -> list[tuple[SortValue | None, list[str]]]:
    """Runs of documents with one value."""
    return [(value, [each for _, each in run]) for value, run in groupby(pairs, key=itemgetter(0))]
