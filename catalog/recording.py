"""Save documents: what is new, what changed (the former version is kept), what only repeats another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, literal, select, update

from catalog.content import storable
from catalog.copies import Originals, canonical_verdicts
from catalog.dialect import fitting, lock_in_order
from catalog.resemblance import MARKS
from catalog.tables import document_versions, documents
from catalog.visit import DocumentDraft
from catalog.vocabulary import Reason

AnyRow = Row[*tuple[Any, ...]]

_PASSING: Final = frozenset({"size", "updated_at", "view_count"})
"""Fields that move while nothing is said otherwise: a new time in the footer, a header. Where a mapping names
one, the content hash covers it."""

_BATCH: Final = 500  # ids in one IN list: below every engine's limit of bound variables


class Fate(StrEnum):
    """What became of a document that was read."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Settled:
    """The fate of one draft; `original` is the id and URL of the document that a duplicate repeats.

    `replaced` are documents that this run had made, and for which this one stands now.
    """

    fate: Fate
    original_id: str | None = None
    original_url: str | None = None
    reason: Reason = Reason.DUPLICATE_OF  # of a duplicate
    replaced: int = 0


def save_documents(
    connection: Connection,
    connector_id: int,
    run_id: int,
    drafts: Sequence[DocumentDraft],
    *,
    now: datetime,
    forced: bool = False,
) -> tuple[Settled, ...]:
    """Store drafts (no two with one id) and say what became of each, in their order.

    A document has changed when its content hash, its access list or a lasting field has. With `forced` an
    unchanged one is handed to the indexer again, which embeds it anew. Of two documents of a connector that
    say the same, or nearly, *and have the same access list*, one stays; the other is a duplicate
    (`catalog.copies`).
    """
    if not drafts:
        return ()
    known = _known(connection, drafts)
    originals = Originals(connection, connector_id, run_id, drafts, now)
    pages = {draft.id: originals.of(draft, known.get(draft.id)) for draft in drafts}
    elsewhere = canonical_verdicts(connection, run_id, drafts)
    saying = _saying(connection, drafts, known)
    changes = _Changes()
    settled: dict[str, Settled] = {}
    for draft in sorted(drafts, key=lambda each: pages[each.id].rank):
        page, row = pages[draft.id], known.get(draft.id)
        if elsewhere.get(draft.id):
            settled[draft.id] = Settled(
                Fate.DUPLICATE, draft.canonical_id, draft.canonical, Reason.CANONICAL_ELSEWHERE
            )
            continue
        others = originals.repeated_by(page) if draft.can_be_copy else []
        if others and others[0].rank < page.rank:
            settled[draft.id] = Settled(Fate.DUPLICATE, others[0].id, others[0].url)
            continue
        losers = [each for each in others if each.is_settled]
        originals.give_way(losers, page, now)
        originals.settle(page)
        fate = _fate(draft, row)
        settled[draft.id] = Settled(fate, replaced=sum(each.is_new for each in losers))
        if row is None:
            changes.added.append(_insert_row(draft, connector_id, run_id, now))
        elif fate is Fate.UNCHANGED and not forced:
            changes.met.append({"document_id": draft.id, "met_in": run_id, "now": now})
        else:
            anew = {"embed_anew": forced or row.anew}
            changes.changed.append(
                _change_row(draft, row, run_id, now, says_the_same=draft.id in saying) | anew
            )
            if row.content_hash != draft.content_hash:
                changes.rewritten.append(draft.id)
        if row is not None and row.faults != _faults(draft):
            changes.misfits.append({"document_id": draft.id, "new_faults": _faults(draft)})
    changes.write(connection, now)
    return tuple(settled[draft.id] for draft in drafts)


@dataclass(slots=True)
class _Changes:
    """What is to be written of a batch."""

    added: list[dict[str, object]] = field(default_factory=list)
    changed: list[dict[str, object]] = field(default_factory=list)
    met: list[dict[str, object]] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    misfits: list[dict[str, object]] = field(default_factory=list)

    def write(self, connection: Connection, now: datetime) -> None:
        _keep_former_versions(connection, self.rewritten, now)
        written = ((_INSERT, self.added), (_CHANGE, self.changed), (_MET, self.met), (_MISFITS, self.misfits))
        for statement, rows in written:
            if rows:
                connection.execute(statement, rows)


def touch_documents(connection: Connection, run_id: int, ids: Sequence[str], now: datetime) -> None:
    """Note that these documents were met in this run and stand as they are (a 304, or the same body)."""
    if ids:
        connection.execute(_MET, [{"document_id": each, "met_in": run_id, "now": now} for each in ids])


def _known(connection: Connection, drafts: Sequence[DocumentDraft]) -> dict[str, AnyRow]:
    columns = (
        documents.c.id,
        documents.c.run_id,
        documents.c.version,
        documents.c.content_hash,
        documents.c.access_id,
        documents.c.fields,
        documents.c.faults,
        documents.c.anew,
        documents.c.created_at,
        documents.c.changed_at,
        documents.c.deleted_at,
    )
    ids = [draft.id for draft in drafts]
    return {
        row.id: row
        for start in range(0, len(ids), _BATCH)
        for row in connection.execute(select(*columns).where(documents.c.id.in_(ids[start : start + _BATCH])))
    }


def _saying(
    connection: Connection, drafts: Sequence[DocumentDraft], known: Mapping[str, AnyRow]
) -> frozenset[str]:
    """The ids of those drafts whose document has their title and content already: at most fields moved."""
    same = {
        draft.id
        for draft in drafts
        if draft.id in known and known[draft.id].content_hash == draft.content_hash
    }
    doubtful = {draft.id: draft for draft in drafts if draft.id in known and draft.id not in same}
    ids = list(doubtful)
    for start in range(0, len(ids), _BATCH):
        said = select(documents.c.id, documents.c.title, documents.c.content)
        for row in connection.execute(said.where(documents.c.id.in_(ids[start : start + _BATCH]))):
            if (row.title, bytes(row.content)) == (doubtful[row.id].title, doubtful[row.id].content):
                same.add(row.id)
    return frozenset(same)


def _fate(draft: DocumentDraft, row: AnyRow | None) -> Fate:
    if row is None or row.deleted_at is not None:
        return Fate.ADDED
    same = row.content_hash == draft.content_hash and row.access_id == draft.access_id
    return Fate.UNCHANGED if same and _lasting(row.fields) == _lasting(draft.fields) else Fate.CHANGED


def _lasting(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name not in _PASSING}


def _insert_row(draft: DocumentDraft, connector_id: int, run_id: int, now: datetime) -> dict[str, object]:
    return {
        "id": draft.id,
        "connector_id": connector_id,
        "url_id": draft.url_id,
        "url": draft.url,
        "kind": draft.kind,
        "version": 1,
        "title": draft.title,
        "language": _language(draft),
        "fields": dict(draft.fields),
        "content": draft.content,
        "content_hash": draft.content_hash,
        "access_id": draft.access_id,
        "created_at": now,
        "changed_at": now,
        "fetched_at": now,
        "run_id": run_id,
        "faults": _faults(draft),
        "pending": True,
        "sketch": draft.sketch,
        **_marks(draft, ""),
    }


def _change_row(
    draft: DocumentDraft, row: AnyRow, run_id: int, now: datetime, *, says_the_same: bool
) -> dict[str, object]:
    # The version counts what the indexer has to look at, forced re-indexing included.
    return {
        "document_id": draft.id,
        "new_version": row.version + 1,
        "new_kind": draft.kind,
        "new_title": draft.title,
        "new_language": _language(draft),
        "new_fields": dict(draft.fields),
        "new_content": draft.content,
        "new_content_hash": draft.content_hash,
        "new_access_id": draft.access_id,
        "met_in": run_id,
        "now": now,
        # One that was gone is new again: of those that one run makes the shortest address stays.
        "new_created_at": row.created_at if row.deleted_at is None else now,
        "new_changed_at": row.changed_at if says_the_same else now,
        "new_sketch": draft.sketch,
        **_marks(draft, "new_"),
    }


def _marks(draft: DocumentDraft, prefix: str) -> dict[str, object]:
    marks = draft.marks or (None,) * MARKS
    return {f"{prefix}near_{place}": mark for place, mark in enumerate(marks)}


def _faults(draft: DocumentDraft) -> list[list[str]] | None:
    """The faults as they lie in the catalog."""
    return [list(map(storable, astuple(fault))) for fault in draft.faults] or None


def _language(draft: DocumentDraft) -> str | None:
    """A mapped field may call anything a language; what is cut off is none."""
    fits = draft.language and fitting(draft.language, documents.c.language) == draft.language
    return draft.language if fits else None


def _keep_former_versions(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    for start in range(0, len(ids), _BATCH):
        former = select(
            documents.c.id,
            documents.c.version,
            documents.c.title,
            documents.c.fields,
            documents.c.content,
            documents.c.fetched_at,
            literal(now, documents.c.fetched_at.type),
        ).where(documents.c.id.in_(ids[start : start + _BATCH]))
        columns = ["document_id", "version", "title", "fields", "content", "fetched_at", "replaced_at"]
        connection.execute(insert(document_versions).from_select(columns, former))


_INSERT: Final = insert(documents)
_MISFITS: Final = (
    update(documents).where(documents.c.id == bindparam("document_id")).values(faults=bindparam("new_faults"))
)
_MET: Final = (
    update(documents)
    .where(documents.c.id == bindparam("document_id"))
    .values(run_id=bindparam("met_in"), fetched_at=bindparam("now"))
)
_CHANGE: Final = (
    update(documents)
    .where(documents.c.id == bindparam("document_id"))
    .values(
        version=bindparam("new_version"),
        kind=bindparam("new_kind"),
        title=bindparam("new_title"),
        language=bindparam("new_language"),
        fields=bindparam("new_fields"),
        content=bindparam("new_content"),
        content_hash=bindparam("new_content_hash"),
        access_id=bindparam("new_access_id"),
        run_id=bindparam("met_in"),
        fetched_at=bindparam("now"),
        created_at=bindparam("new_created_at"),
        changed_at=bindparam("new_changed_at"),
        deleted_at=None,
        pending=True,
        anew=bindparam("embed_anew"),
        sketch=bindparam("new_sketch"),
        **{f"near_{place}": bindparam(f"new_near_{place}") for place in range(MARKS)},
    )
)


def reassign_access(connection: Connection, connector_id: int, access_id: Callable[[str], int]) -> int:
    """Give each living document of a connector the access list that its URL now has; return how many changed.

    The indexer is told of each, so that a stricter rule holds without a crawl.
    """
    living = select(documents.c.id, documents.c.url, documents.c.access_id).where(
        documents.c.connector_id == connector_id, documents.c.deleted_at.is_(None)
    )
    changed = [
        {"document_id": row.id, "new_access_id": now}
        for row in connection.execute(living)
        if (now := access_id(row.url)) != row.access_id
    ]
    if changed:
        lock_in_order(connection, documents.c.id, (str(row["document_id"]) for row in changed))
        connection.execute(_REASSIGN, changed)
    return len(changed)


_REASSIGN: Final = (
    update(documents)
    .where(documents.c.id == bindparam("document_id"))
    .values(access_id=bindparam("new_access_id"), version=documents.c.version + 1, pending=True)
)
