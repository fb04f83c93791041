"""Reading documents: what waits for the indexer, and what a search shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select, update

from catalog.connectors import connector_names
from catalog.content import PackedBlocks, unpack_fields
from catalog.document import Document, DocumentKind
from catalog.published_changes import note_published
from catalog.tables import chunks, documents

_BATCH: Final = 500  # ids in one IN list: below every engine's limit of bound variables

_HEAD: Final = (
    documents.c.id,
    documents.c.connector_id,
    documents.c.url,
    documents.c.kind,
    documents.c.version,
    documents.c.title,
    documents.c.language,
    documents.c.fields,
    documents.c.access_id,
    documents.c.fetched_at,
    documents.c.deleted_at,
)


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """A document whose present version the indexes do not show; a deleted one has to leave them. `anew`: its
    chunks are to be embedded once more, whatever they were embedded from before."""

    document: Document
    deleted: bool
    anew: bool = False

    @property
    def mark(self) -> tuple[str, int]:
        """What `mark_indexed` wants to know of it."""
        return self.document.id, self.document.version


def pending_documents(connection: Connection, limit: int, after_id: str = "") -> tuple[PendingDocument, ...]:
    """Up to `limit` pending documents in the order of their ids, from the one after `after_id`."""
    statement = (
        select(*_HEAD, documents.c.content, documents.c.anew)
        .where(documents.c.pending, documents.c.id > after_id)
        .order_by(documents.c.id)
        .limit(limit)
    )
    rows = connection.execute(statement).all()
    names = connector_names(connection) if rows else {}
    return tuple(
        PendingDocument(_document(row, names, row.content), row.deleted_at is not None, bool(row.anew))
        for row in rows
    )


def pending_count(connection: Connection) -> int:
    """How many documents wait for the indexer."""
    return _count(connection, select(func.count()).select_from(documents).where(documents.c.pending))


def mark_indexed(connection: Connection, indexed: Iterable[tuple[str, int]]) -> None:
    """Note that the indexes show these (document id, version).

    A document that has changed since has a higher version and stays pending: whatever makes a document
    pending (a change, a deletion, another access list) raises its version.
    """
    marks: list[dict[str, Any]] = [
        {"document_id": name, "indexed_version": version} for name, version in indexed
    ]
    if marks:
        connection.execute(_MARK, marks)
        for ids in _batches(mark["document_id"] for mark in marks):
            note_published(connection, ids)


_MARK: Final = (
    update(documents)
    .where(documents.c.id == bindparam("document_id"), documents.c.version == bindparam("indexed_version"))
    .values(pending=False, anew=None)
)


def read_documents(
    connection: Connection, ids: Iterable[str], *, blocks: bool = True, deleted: bool = False
) -> dict[str, Document]:
    """Documents by id; those that are not there, or deleted (unless asked for), are left out.

    Without `blocks` their content is neither read nor unpacked (`Document.blocks` is empty): several
    times faster, and all that a list of results needs.
    """
    names = connector_names(connection)
    columns = (*_HEAD, documents.c.content) if blocks else _HEAD
    found = {}
    for batch in _batches(ids):
        statement = select(*columns).where(documents.c.id.in_(batch))
        for row in connection.execute(statement):
            if deleted or row.deleted_at is None:
                found[row.id] = _document(row, names, row.content if blocks else None)
    return found


def document_count(connection: Connection, connector_id: int | None = None) -> int:
    """How many living documents there are: in all or of one connector."""
    statement = select(func.count()).select_from(documents).where(documents.c.deleted_at.is_(None))
    if connector_id is not None:
        statement = statement.where(documents.c.connector_id == connector_id)
    return _count(connection, statement)


def chunk_count(connection: Connection, connector_id: int | None = None) -> int:
    """How many chunks there are: in all or of one connector's documents."""
    statement = select(func.count()).select_from(chunks).where(chunks.c.ordinal >= 0)
    if connector_id is not None:
        statement = statement.join(documents, documents.c.id == chunks.c.document_id).where(
            documents.c.connector_id == connector_id
        )
    return _count(connection, statement)


def _count(connection: Connection, statement: Any) -> int:
    number: int = connection.execute(statement).scalar_one()
    return number


def _document(row: Row[*tuple[Any, ...]], names: dict[int, str], content: bytes | None) -> Document:
    return Document(
        id=row.id,
        connector=names[row.connector_id],
        url=row.url,
        kind=DocumentKind(row.kind),
        version=row.version,
        title=row.title,
        language=row.language,
        fields=unpack_fields(row.fields),
        blocks=() if content is None else PackedBlocks(content),
        access_id=row.access_id,
        fetched_at=row.fetched_at,
    )


def _batches(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
