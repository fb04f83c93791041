"""Copies whose original is not there any more, or says something else: each is judged again, nothing is lost.

A canonical link or a former original is checked, not trusted. That is done once a run has seen all that it
wanted to see, since an original may be looked at after its copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, case, exists, null, or_, select, update

from catalog.copies import least_agreement, resembles
from catalog.deletion import LONGEST_WAY, next_steps
from catalog.evidence import stands
from catalog.ledger import requeue
from catalog.tables import documents, urls
from catalog.task import FoundBy
from catalog.url_variants import recognised
from catalog.vocabulary import UrlState

_BATCH: Final = 500  # ids in one IN list: below every engine's limit of bound variables
_PORTION: Final = 10_000

AnyRow = Row[*tuple[Any, ...]]
AccessOf = Callable[[str], int]


def reconsider_copies(
    connection: Connection, connector_id: int, run_id: int, access_of: AccessOf | None = None
) -> int:
    """Queue the URLs that were taken for copies of a document that does not stand, or does not say what they
    say (any more); return how many.

    Those are copies that this run met, and those it did not meet whose original it looked at. `access_of`
    says which access list the document at a URL has, where a connector has several.
    """
    waiting = 0
    last = 0
    while rows := connection.execute(
        _doubtful(connector_id, run_id).where(urls.c.id > last).order_by(urls.c.id).limit(_PORTION)
    ).all():
        last = rows[-1].id
        doubtful = {row.id for row in rows}
        for batch in _batches(rows):
            settled = dict(_standing_originals(connection, run_id, batch, access_of))
            _lead_to(connection, batch, settled)
            doubtful -= settled.keys()
        for ids in _batches(sorted(doubtful)):
            again = select(urls.c.id).where(urls.c.id.in_(ids))
            waiting += requeue(connection, run_id, again, FoundBy.COPY)
    return waiting


def _doubtful(connector_id: int, run_id: int) -> Any:
    """Copies but for those whose original stands and says exactly the same; those of which this run read
    nothing, as they were recognised by their address, are believed where there is one."""
    same = or_(urls.c.content_hash.is_(None), urls.c.content_hash == documents.c.content_hash, recognised())
    original = exists().where(documents.c.id == urls.c.document_id, stands(documents, run_id), same)
    own = urls.alias()
    looked_at = (
        exists()
        .where(documents.c.id == urls.c.document_id, own.c.id == documents.c.url_id)
        .where(own.c.run_id == run_id, own.c.state != UrlState.QUEUED)
    )
    return select(
        urls.c.id,
        urls.c.url,
        urls.c.reason,
        urls.c.document_id,
        case((recognised(), null()), else_=urls.c.content_hash).label("content_hash"),
        urls.c.sketch,
    ).where(
        urls.c.connector_id == connector_id,
        urls.c.state == UrlState.DUPLICATE,
        or_(
            and_(urls.c.run_id == run_id, urls.c.found_by != FoundBy.COPY),
            and_(urls.c.run_id < run_id, looked_at),
        ),
        ~original,
    )


def _standing_originals(
    connection: Connection, run_id: int, copies: Sequence[AnyRow], access_of: AccessOf | None
) -> Iterator[tuple[int, AnyRow]]:
    """Of each copy the document that stands for it after all: over copies of copies, and where its text
    moved only a little."""
    on_the_way = {copy.id: copy.document_id for copy in copies if copy.document_id is not None}
    by_id = {copy.id: copy for copy in copies}
    for _ in range(LONGEST_WAY):
        targets = sorted(set(on_the_way.values()))
        found = select(
            documents.c.id,
            documents.c.url,
            documents.c.content_hash,
            documents.c.sketch,
            documents.c.access_id,
        ).where(documents.c.id.in_(targets), stands(documents, run_id))
        standing = {row.id: row for row in connection.execute(found)}
        for number, target in on_the_way.items():
            if target in standing and _says_the_same(by_id[number], standing[target], access_of):
                yield number, standing[target]
        further: Mapping[str, str] = next_steps(connection, run_id, targets)
        on_the_way = {
            number: further[target]
            for number, target in on_the_way.items()
            if target not in standing and target in further
        }
        if not on_the_way:
            return


def _says_the_same(copy: AnyRow, original: AnyRow, access_of: AccessOf | None) -> bool:
    if access_of is not None and access_of(copy.url) != original.access_id:
        return False
    if copy.content_hash is None or copy.content_hash == original.content_hash:
        return True
    return resembles(copy.sketch, original.sketch, least_agreement(copy.reason))


def _lead_to(connection: Connection, copies: Sequence[AnyRow], originals: Mapping[int, AnyRow]) -> None:
    moved = [
        {"of_id": copy.id, "original": originals[copy.id].id, "original_url": originals[copy.id].url}
        for copy in copies
        if copy.id in originals and copy.document_id != originals[copy.id].id
    ]
    if moved:
        connection.execute(_MOVED, moved)


_MOVED: Final = (
    update(urls)
    .where(urls.c.id == bindparam("of_id"))
    .values(document_id=bindparam("original"), detail=bindparam("original_url"))
)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
