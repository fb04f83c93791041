"""Which document a page repeats, exactly or nearly, and which of the two stays.

Those compared belong to one connector and are for the same readers. The one that stood before this run stays;
of those that this run met first it is the one with the shortest address (its scheme aside: nobody is led from
https to http), then the first in the alphabet, small letters first: so the choice does not depend on the
order in which pages come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, bindparam, select, update

from catalog.dialect import locked_at_once
from catalog.evidence import stands
from catalog.resemblance import MARKS, MOSTLY, NEARLY_ALL, agreement, differ_little
from catalog.tables import documents, runs, urls
from catalog.visit import DocumentDraft
from catalog.vocabulary import Reason, UrlState

MOST_COMPARED: Final = 10
"""Likely originals of a page whose words are compared with its own, the best ones first."""

_BATCH: Final = 500  # values in one IN list: below every engine's limit of bound variables
_MARKS: Final = tuple(documents.c[f"near_{place}"] for place in range(MARKS))
_ANSWERED: Final = frozenset({UrlState.INDEXED.value, UrlState.UNCHANGED.value})

Rank = tuple[bool, datetime, int, bool, str]
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Original:
    """A document that stands, or a draft that is about to.

    `since` is when it came to be, or the start of this run where that made it (`is_new`). `is_settled` says
    that this run has looked at its page and found it there; `content` is None where it has to be read first.
    """

    id: str
    url: str
    since: datetime
    content_hash: bytes
    access_id: int
    sketch: bytes | None
    marks: tuple[int, ...]
    is_settled: bool = True
    is_new: bool = False
    content: bytes | None = None

    @property
    def rank(self) -> Rank:
        """The least stays."""
        scheme, _, rest = self.url.partition("://")
        return self.is_new, self.since, len(rest), scheme != "https", rest.swapcase()


class Originals:
    """The documents that a batch of drafts may repeat, those of the batch that were settled included."""

    def __init__(
        self,
        connection: Connection,
        connector_id: int,
        run_id: int,
        drafts: Sequence[DocumentDraft],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._run_id = run_id
        began = connection.scalar(select(runs.c.started_at).where(runs.c.id == run_id))
        self._began = now if began is None else min(began, now)
        self._exact: defaultdict[tuple[bytes, int], dict[str, Original]] = defaultdict(dict)
        self._near: defaultdict[int, dict[str, Original]] = defaultdict(dict)
        said = {draft.id: draft.content_hash for draft in drafts}
        for original in self._standing(connector_id, drafts):
            # What a draft is about to change is no original of what it said before.
            if said.get(original.id, original.content_hash) == original.content_hash:
                self._put(original)

    def of(self, draft: DocumentDraft, known: AnyRow | None) -> Original:
        """A draft as it is compared; `known` is the row of its document, if there is one."""
        is_new = known is None or known.deleted_at is not None or self._is_new(known)
        return Original(
            draft.id,
            draft.url,
            self._began if known is None or is_new else known.created_at,
            draft.content_hash,
            draft.access_id,
            draft.sketch,
            draft.marks,
            content=draft.content,
            is_new=is_new,
        )

    def _is_new(self, row: AnyRow) -> bool:
        return bool(row.run_id == self._run_id and row.created_at >= self._began)

    def repeated_by(self, page: Original) -> list[Original]:
        """What a page repeats, exactly or nearly, the best first."""
        exact = self._exact[page.content_hash, page.access_id]
        alike = {
            original.id: original
            for mark in page.marks
            for original in self._near[mark].values()
            if original.access_id == page.access_id
            and original.id not in exact
            and resembles(page.sketch, original.sketch, NEARLY_ALL)
        }
        likely = sorted(alike.values(), key=_rank)[:MOST_COMPARED]
        near = [each for each in likely if each.id != page.id and self._differ_little(page, each)]
        return sorted((*(each for each in exact.values() if each.id != page.id), *near), key=_rank)

    def settle(self, page: Original) -> None:
        """A draft becomes (or stays) a document, which those after it may repeat."""
        self._put(page)

    def give_way(self, losers: Sequence[Original], winner: Original, now: datetime) -> None:
        """Documents that say what a better one says: it stands for them from now on.

        Those that this run has made go at once, since nothing goes with them; others at its end, where the
        guard of the deletions is.
        """
        for loser in losers:
            self._take(loser)
        new = locked_at_once(self._connection, documents.c.id, [each.id for each in losers if each.is_new])
        if new:
            self._connection.execute(_GO, [{"document_id": name, "now": now} for name in new])
        copies = [
            {"of_key": bytes.fromhex(each.id), "original_url": winner.url, "original": winner.id}
            for each in losers
        ]
        if copies:
            self._connection.execute(_BECOME_COPIES, copies)

    def _put(self, original: Original) -> None:
        self._exact[original.content_hash, original.access_id][original.id] = original
        for mark in original.marks:
            self._near[mark][original.id] = original

    def _take(self, original: Original) -> None:
        self._exact[original.content_hash, original.access_id].pop(original.id, None)
        for mark in original.marks:
            self._near[mark].pop(original.id, None)

    def _differ_little(self, page: Original, other: Original) -> bool:
        content = other.content
        if content is None:
            content = self._connection.scalar(select(documents.c.content).where(documents.c.id == other.id))
        return page.content is not None and content is not None and differ_little(page.content, content)

    def _standing(self, connector_id: int, drafts: Sequence[DocumentDraft]) -> Iterator[Original]:
        able = [draft for draft in drafts if draft.can_be_copy]
        of_connector = and_(documents.c.connector_id == connector_id, stands(documents, self._run_id))
        seen = set[str]()
        hashes: list[Any] = list({draft.content_hash for draft in able})
        marks = [list({draft.marks[place] for draft in able if draft.marks}) for place in range(MARKS)]
        for column, values in zip((documents.c.content_hash, *_MARKS), (hashes, *marks), strict=True):
            for start in range(0, len(values), _BATCH):
                batch = column.in_(values[start : start + _BATCH])
                for row in self._connection.execute(_LOOKED_UP.where(of_connector, batch)):
                    if row.id not in seen:
                        seen.add(row.id)
                        yield self._original(row)

    def _original(self, row: AnyRow) -> Original:
        is_new = self._is_new(row)
        return Original(
            row.id,
            row.url,
            self._began if is_new else row.created_at,
            row.content_hash,
            row.access_id,
            row.sketch,
            tuple(mark for mark in row[-MARKS:] if mark is not None),
            is_settled=row.met_in == self._run_id and row.state in _ANSWERED,
            is_new=is_new,
        )


def canonical_verdicts(
    connection: Connection, run_id: int, drafts: Sequence[DocumentDraft]
) -> dict[str, bool]:
    """Whether pages are copies of the page that each calls its canonical one, by the ids of the drafts.

    The link is checked, not trusted: a document must stand there, for the same readers, that holds mostly the
    same. Of one that this run has not looked at yet nothing is known: for the time being it is believed.
    """
    wanted = {draft.canonical_id: draft for draft in drafts if draft.canonical_id is not None}
    if not wanted:
        return {}
    names = list(wanted)
    standing: dict[str, AnyRow] = {}
    met: dict[str, str] = {}
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        found = select(documents.c.id, *_COMPARED).where(documents.c.id.in_(batch), stands(documents, run_id))
        standing.update((row.id, row) for row in connection.execute(found))
        looked_at = select(urls.c.key, urls.c.state).where(
            urls.c.key.in_([bytes.fromhex(name) for name in batch]), urls.c.run_id == run_id
        )
        met.update((row.key.hex(), row.state) for row in connection.execute(looked_at))
    in_batch = {draft.id: draft for draft in drafts}
    verdicts = {}
    for draft in drafts:
        if (name := draft.canonical_id) is None:
            continue
        target = in_batch.get(name) or standing.get(name)
        if target is not None:
            verdicts[draft.id] = holds_mostly(draft, target)
        else:
            verdicts[draft.id] = met.get(name, UrlState.QUEUED) == UrlState.QUEUED
    return verdicts


def holds_mostly(draft: DocumentDraft, target: DocumentDraft | AnyRow) -> bool:
    """Whether a document is for the readers of a page and holds mostly what that does."""
    if draft.access_id != target.access_id:
        return False
    return draft.content_hash == target.content_hash or resembles(draft.sketch, target.sketch, MOSTLY)


def resembles(one: bytes | None, other: bytes | None, least: int) -> bool:
    """Whether two sketches, if there are two, agree at `least` points."""
    return one is not None and other is not None and agreement(one, other) >= least


def least_agreement(reason: str | None) -> int:
    """How much a copy that was taken for one for this reason must have in common with its original."""
    return MOSTLY if reason == Reason.CANONICAL_ELSEWHERE else NEARLY_ALL


def _rank(original: Original) -> Rank:
    return original.rank


_COMPARED: Final = (documents.c.access_id, documents.c.content_hash, documents.c.sketch)
_LOOKED_UP: Final[Select[Any]] = select(
    documents.c.id,
    documents.c.url,
    documents.c.run_id,
    documents.c.created_at,
    *_COMPARED,
    urls.c.run_id.label("met_in"),
    urls.c.state,
    *_MARKS,
).outerjoin(urls, urls.c.id == documents.c.url_id)
_GO: Final = (
    update(documents)
    .where(documents.c.id == bindparam("document_id"))
    .values(deleted_at=bindparam("now"), pending=True, version=documents.c.version + 1)
)
_BECOME_COPIES: Final = (
    update(urls)
    .where(urls.c.key == bindparam("of_key"))
    .values(
        state=UrlState.DUPLICATE.value,
        reason=Reason.DUPLICATE_OF.value,
        rule=None,
        detail=bindparam("original_url"),
        document_id=bindparam("original"),
    )
)
