"""What the rules of boosts need to know of documents, remembered as long as the index stays the same.

Most candidates of a question were candidates of another: looking up a thousand documents costs more than all
else that a boost does.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from tantivy import Query

from indexer.lexical.queries import any_of, any_value, restricted
from indexer.lexical.reader import LexicalSnapshot, SortValue
from indexer.lexical.schema import column
from indexer.retrieval.filters import equal_to
from indexer.retrieval.question import Boost
from settings.fields import FieldType

MOST_KNOWN: Final = 200_000
"""Documents that are remembered for one rule; then all are forgotten, which costs less than telling which are
old."""
MOST_RULES: Final = 32
"""Rules that documents are remembered for; questions may bring their own."""

Values = dict[str, SortValue | None]
_Key = tuple[str, tuple[str, ...], bool]


class BoostValues:
    """By document the value of a rule's field; of a rule that names values, True where one of them is there.

    Any thread may ask at any time.
    """

    def __init__(self) -> None:
        self._lock: Final = threading.Lock()
        self._snapshot: LexicalSnapshot | None = None
        self._known: dict[_Key, Values] = {}

    def of(self, rule: Boost, document_ids: Sequence[str], snapshot: LexicalSnapshot) -> Values:
        """The values of these documents, None of those without one."""
        known = self._of_rule((rule.field, rule.values, is_by_value(rule)), snapshot)
        if unknown := [each for each in document_ids if each not in known]:
            looked_up = _looked_up(rule, unknown, snapshot)
            known.update({each: looked_up.get(each) for each in unknown})
        return {each: known[each] for each in document_ids}

    def _of_rule(self, key: _Key, snapshot: LexicalSnapshot) -> Values:
        with self._lock:
            if self._snapshot is not snapshot or len(self._known) > MOST_RULES:
                self._snapshot, self._known = snapshot, {}
            known = self._known.get(key)
            if known is None or len(known) > MOST_KNOWN:
                known = self._known[key] = {}
            return known


def is_by_value(rule: Boost) -> bool:
    """Whether a rule is for values, or for having any, rather than for how high or how new one is."""
    return rule.half_life is None and rule.pivot is None


def _looked_up(rule: Boost, document_ids: Sequence[str], snapshot: LexicalSnapshot) -> Values:
    among = any_value(snapshot.documents_schema, "document", document_ids)
    if not is_by_value(rule):
        return snapshot.values_among(among, document_ids, by=rule.field)
    holding = restricted(among, [_holding(rule, snapshot)])
    return dict.fromkeys(snapshot.values_among(holding, document_ids), True)


def _holding(rule: Boost, snapshot: LexicalSnapshot) -> Query:
    """The documents with one of the rule's values; where it names none, with any."""
    if not rule.values:
        return Query.exists_query(column(rule.field))
    kind, schema = snapshot.columns[rule.field], snapshot.documents_schema
    values = [value for text in rule.values if (value := _typed(text, kind)) is not None]
    return any_of([equal_to(rule.field, value, schema, kind) for value in values])


def _typed(text: str, kind: FieldType) -> SortValue | None:
    """A rule's value as the column holds it; None for what can be none of it."""
    try:
        match kind:
            case FieldType.BOOLEAN:
                return {"true": True, "false": False}.get(text.lower())
            case FieldType.LONG:
                return int(text)
            case FieldType.DOUBLE:
                return float(text)
            case FieldType.DATE:
                return None
            case FieldType.STRING | FieldType.STRING_LIST:
                return text
    except ValueError:
        return None
