"""Which results are shown, in which order: single documents, or one document per value of a field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from indexer.lexical.queries import any_of
from indexer.retrieval.folding import Folded
from indexer.retrieval.ordering import EVERYTHING, Ordering
from indexer.retrieval.question import Collapse, SortKey

BROWSING_SORT: Final = (SortKey("updated_at", is_descending=True),)
"""How a blank question orders all documents: the newest first."""
MARK_BYTES: Final = 5
"""Of a thousand results by a thousand others, one in a million is taken for one that was shown."""

_PORTION: Final = 50
"""Put in order at first; doubled as further ones are asked for."""
_GROUPED: Final = 200
"""Put in order at a time to see which values they have."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A result: its documents, the best one first, and the mark by which later pages leave it out."""

    documents: tuple[Folded, ...]
    mark: bytes


def ranking(ordering: Ordering, keys: Sequence[SortKey], shown: Collection[bytes]) -> Iterator[Ranked]:
    """Every document that the question finds as a result, lazily, but those that were shown."""
    given, limit = 0, _PORTION
    while True:
        ids = ordering.first(EVERYTHING, keys, limit)
        for document_id in ids[given:]:
            if (mark := mark_of(document_id)) not in shown:
                yield Ranked((ordering.document(document_id),), mark)
        if len(ids) < limit:
            return
        given, limit = len(ids), 2 * limit


def collapsed_ranking(
    ordering: Ordering, keys: Sequence[SortKey], collapse: Collapse, shown: Collection[bytes]
) -> Iterator[Ranked]:
    """One result per value of the field, each where its best document stands, lazily.

    Each document without a value is a result. What a page before showed as a value is left out as a value,
    whichever document now stands for it.
    """
    part, name, most = EVERYTHING, collapse.field, collapse.size + 1
    while ids := ordering.first(part, keys, _GROUPED):
        values = ordering.values(ids, name)
        members: dict[str, list[str]] = {}
        for document_id in ids:
            value = values.get(document_id)
            group = document_id if value is None else f"{name}:{value}"
            members.setdefault(group, []).append(document_id)
        marked = [(mark_of(group), best) for group, best in members.items()]
        unshown = [(mark, best) for mark, best in marked if mark not in shown]
        short = [values[best[0]] for _, best in unshown if len(best) < most and best[0] in values]
        sizes = ordering.group_sizes(name, short) if len(ids) == _GROUPED else {}
        for mark, best in unshown:
            value = values.get(best[0])
            if value is not None and len(best) < min(most, sizes.get(value, 0)):
                yield _result(ordering, ordering.first(ordering.group(name, value), keys, most), mark)
            else:
                yield _result(ordering, best[:most], mark)
        if len(ids) < _GROUPED:
            return
        told = [ordering.having(name, value) for value in dict.fromkeys(values.values())]
        part = part.without(any_of([*told, ordering.among(ids)]))


def _result(ordering: Ordering, document_ids: Iterable[str], mark: bytes) -> Ranked:
    return Ranked(tuple(map(ordering.document, document_ids)), mark)


def mark_of(name: str) -> bytes:
    """What stands for a result in the memory of what was shown."""
    return blake2b(name.encode(), digest_size=MARK_BYTES).digest()
