"""The chunks of documents: replaced document by document, read by id.

While another index is built beside the served one, its chunks are staged: they have ids, by which they can
be read, but negative ordinals, so that a document is still shown with those that the served index finds.
After the switch they are promoted; those from before are retired, and dropped when no reader finds them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, insert, select, update

from catalog.tables import chunks, documents

_BATCH: Final = 500  # ids in one IN list: below every engine's limit of bound variables
_PORTION: Final = 5_000  # chunks dropped in one transaction
_SPAN: Final = 1_000_000_000
_RETIRED: Final = -_SPAN
"""Ordinal n is staged as -1 - n; retired is `_RETIRED` less the chunk's id (modulo `_SPAN`: 32 bits),
so that chunks of several builds that were replaced one soon after the other stand side by side."""
_CONTENT: Final = ("text", "heading_path", "anchor", "page", "start", "end", "embedding_key")


@dataclass(frozen=True, slots=True)
class ChunkContent:
    """What a chunk says and where: the columns of its row that come from chunking."""

    text: str
    heading_path: tuple[str, ...]
    anchor: str | None
    page: int | None
    start: int
    end: int
    embedding_key: bytes


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the catalog knows it."""

    id: int
    document_id: str
    ordinal: int
    content: ChunkContent


@dataclass(frozen=True, slots=True)
class ChunkChanges:
    """What turns the stored chunks of one document into the wanted ones.

    A chunk keeps its id while it stands at the same place in the order and is embedded from the same text.
    """

    document_id: str
    version: int
    kept: Mapping[int, tuple[int, ChunkContent]]  # ordinal → id, content
    removed: tuple[int, ...]  # ids
    added: Mapping[int, ChunkContent]  # ordinal → content


def chunk_changes(
    document_id: str,
    version: int,
    stored: Sequence[StoredChunk],
    wanted: Sequence[ChunkContent],
    *,
    keep: bool = True,
) -> ChunkChanges:
    """Compare the stored chunks of a document with the wanted ones, which are in reading order.

    Without `keep` every chunk is replaced, by one with an id of its own.
    """
    kept = {
        chunk.ordinal: (chunk.id, wanted[chunk.ordinal])
        for chunk in stored
        if keep
        and chunk.ordinal < len(wanted)
        and chunk.content.embedding_key == wanted[chunk.ordinal].embedding_key
    }
    return ChunkChanges(
        document_id,
        version,
        kept,
        removed=tuple(chunk.id for chunk in stored if chunk.ordinal not in kept),
        added={ordinal: content for ordinal, content in enumerate(wanted) if ordinal not in kept},
    )


def apply_changes(connection: Connection, changes: Iterable[ChunkChanges]) -> None:
    """Carry out what `chunk_changes` found, for any number of documents."""
    every = list(changes)
    for batch in _batches(chunk_id for change in every for chunk_id in change.removed):
        connection.execute(delete(chunks).where(chunks.c.id.in_(batch)))
    moved = [
        {"chunk_id": chunk_id, "new_version": change.version}
        | {f"new_{name}": value for name, value in _values(content).items()}
        for change in every
        for chunk_id, content in change.kept.values()
    ]
    if moved:
        connection.execute(_UPDATE, moved)
    added = [
        {"document_id": change.document_id, "version": change.version, "ordinal": ordinal} | _values(content)
        for change in every
        for ordinal, content in change.added.items()
    ]
    if added:
        connection.execute(insert(chunks), added)


_UPDATE: Final = (
    update(chunks)
    .where(chunks.c.id == bindparam("chunk_id"))
    .values({"version": bindparam("new_version")} | {name: bindparam(f"new_{name}") for name in _CONTENT})
)


def chunks_of_documents(
    connection: Connection, document_ids: Iterable[str], *, staged: bool = False
) -> dict[str, tuple[StoredChunk, ...]]:
    """The chunks (or those `staged`) of each document in reading order; one without any is left out."""
    which = _IS_STAGED if staged else chunks.c.ordinal >= 0
    order = chunks.c.ordinal.desc() if staged else chunks.c.ordinal
    found: dict[str, list[StoredChunk]] = defaultdict(list)
    for batch in _batches(document_ids):
        statement = select(chunks).where(chunks.c.document_id.in_(batch), which).order_by(order)
        for row in connection.execute(statement):
            found[row.document_id].append(_stored(row))
    return {document_id: tuple(stored) for document_id, stored in found.items()}


def read_chunks(connection: Connection, ids: Iterable[int]) -> dict[int, StoredChunk]:
    """Chunks by id; those that are gone are left out."""
    found = {}
    for batch in _batches(ids):
        for row in connection.execute(select(chunks).where(chunks.c.id.in_(batch))):
            found[row.id] = _stored(row)
    return found


_IS_STAGED: Final = and_(chunks.c.ordinal < 0, chunks.c.ordinal > _RETIRED)


def stage_chunks(
    connection: Connection, wanted: Mapping[str, Sequence[ChunkContent]], versions: Mapping[str, int]
) -> None:
    """Add all chunks that documents will have, by document id, beside those that they have."""
    rows = [
        {"document_id": name, "version": versions[name], "ordinal": -1 - ordinal} | _values(content)
        for name, contents in wanted.items()
        for ordinal, content in enumerate(contents)
    ]
    if rows:
        connection.execute(insert(chunks), rows)


def promote_staged(connection: Connection, after_id: str) -> str | None:
    """Let staged chunks take the place of those from before, for some documents after `after_id`.

    The last of these documents; None when there was none. Doing it again changes nothing.
    """
    waiting = (
        select(chunks.c.document_id)
        .where(chunks.c.document_id > after_id, _IS_STAGED)
        .order_by(chunks.c.document_id)
        .distinct()
        .limit(_BATCH)
    )
    names = list(connection.execute(waiting).scalars())
    mine = chunks.c.document_id.in_(names)
    retired = update(chunks).where(mine, chunks.c.ordinal >= 0)
    connection.execute(retired.values(ordinal=_RETIRED - chunks.c.id % _SPAN))
    promoted = update(chunks).where(mine, _IS_STAGED)
    connection.execute(promoted.values(ordinal=-1 - chunks.c.ordinal))
    return names[-1] if names else None


def drop_staged(connection: Connection) -> bool:
    """Forget some of what a build staged that will not be served; whether there may be more."""
    return _drop(connection, _IS_STAGED)


def drop_retired(connection: Connection) -> bool:
    """Forget some of what was replaced by promoted chunks; whether there may be more."""
    return _drop(connection, chunks.c.ordinal <= _RETIRED)


def _drop(connection: Connection, which: ColumnElement[bool]) -> bool:
    """A portion at a time, so that nobody waits long to write. Their ids come from the narrow index that has
    the ordinals: of a million chunks, the texts are a gigabyte."""
    ids = list(connection.execute(select(chunks.c.id).where(which).limit(_PORTION)).scalars())
    for batch in _batches(ids):
        connection.execute(delete(chunks).where(chunks.c.id.in_(batch)))
    return len(ids) == _PORTION


def _values(content: ChunkContent) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in _CONTENT}
    return values | {"heading_path": list(content.heading_path)}


def _stored(row: Row[*tuple[Any, ...]]) -> StoredChunk:
    content = ChunkContent(
        row.text, tuple(row.heading_path), row.anchor, row.page, row.start, row.end, bytes(row.embedding_key)
    )
    return StoredChunk(row.id, row.document_id, row.ordinal, content)


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(items)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def indexable_documents(connection: Connection, limit: int, after_id: str = "") -> tuple[str, ...]:
    """The ids of up to `limit` documents that are not deleted, in order, from the one after `after_id`."""
    statement = (
        select(documents.c.id)
        .where(documents.c.deleted_at.is_(None), documents.c.id > after_id)
        .order_by(documents.c.id)
        .limit(limit)
    )
    return tuple(connection.execute(statement).scalars())
