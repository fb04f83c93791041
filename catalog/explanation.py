"""Everything known of one URL: how it was found, what was decided and why, what was kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select

from catalog.access import AccessList, read_access_list
from catalog.connectors import connector_names
from catalog.content import unpack_links
from catalog.document import FieldFault, url_key
from catalog.due import Due
from catalog.evidence import LEADS_ELSEWHERE
from catalog.explained_chunks import ExplainedChunk, explained_chunks
from catalog.hubs import is_hub
from catalog.revisits import is_read_otherwise, next_visit
from catalog.tables import chunks, document_versions, documents, page_links, refused_links, runs, urls
from catalog.task import FoundBy
from catalog.vocabulary import Reason, RunState, UrlState

_LONGEST_CHAIN: Final = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """A page on the way from a seed to the URL."""

    url: str
    depth: int
    found_by: FoundBy


@dataclass(frozen=True, slots=True)
class FormerVersion:
    """What a document said before: from when it was fetched until it was replaced."""

    version: int
    title: str
    fetched_at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """The document of a URL; `indexed` says whether the indexes show this version."""

    id: str
    title: str
    kind: str
    language: str | None
    version: int
    chunks: int
    access: AccessList | None
    faults: tuple[FieldFault, ...]
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None
    indexed: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ledger row and what hangs on it.

    `chain` leads from the URL itself back to a seed, `link_text` is what a link to it says of it; `size` is
    in bytes, `milliseconds` is the time of the fetch, `links` how many links the page has. `run_state` is
    None where the run that met it last is not kept any more, `target` where it leads nowhere (it is neither a
    redirect nor a copy), and `next_visit` says when an incremental run visits it.
    """

    url: str
    connector: str
    run: int
    run_state: RunState | None
    state: UrlState
    reason: Reason | None
    rule: str | None
    detail: str | None
    chain: tuple[Finding, ...]
    link_text: str | None
    status: int | None
    redirects: tuple[str, ...]
    renderer: str | None
    renderer_reason: str | None
    content_type: str | None
    size: int | None
    attempts: int
    fetched_at: datetime | None
    milliseconds: int | None
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    content_hash: bytes | None
    links: int | None
    target: Target | None
    document: KnownDocument | None
    chunks: tuple[ExplainedChunk, ...]
    history: tuple[FormerVersion, ...]
    next_visit: Due


@dataclass(frozen=True, slots=True)
class Target:
    """Where a redirect or a copy leads; `state` is None for an address that has no row."""

    url: str
    state: UrlState | None


@dataclass(frozen=True, slots=True)
class RefusedHostLinks:
    """Links to a URL's host that a connector's scope left out: no URL of that host has a row."""

    connector: str
    reason: Reason
    count: int


def explain(
    connection: Connection,
    *addresses: str,
    marks: Mapping[str, bytes] = MappingProxyType({}),
    now: datetime | None = None,
) -> tuple[Explanation, ...]:
    """What each connector knows of a URL, given in every way it may be written (as typed, canonical).

    `marks` are those of the rules by which the connectors, by name, read pages today.
    """
    now = now or datetime.now(UTC)
    names = connector_names(connection)
    keys = {url_key(name, address) for name in names.values() for address in addresses}
    rows = connection.execute(select(urls).where(urls.c.key.in_(keys)).order_by(urls.c.id)).all()
    return tuple(_explanation(connection, row, names, marks, now) for row in rows)


def links_to_host(connection: Connection, host: str) -> tuple[RefusedHostLinks, ...]:
    """The connectors that met links to this host (as in the ledger: with its port) and left them out."""
    names = connector_names(connection)
    columns = refused_links.c
    statement = (
        select(columns.connector_id, columns.reason, columns["count"])
        # The connectors are named so that the primary key is used.
        .where(columns.connector_id.in_(list(names)), columns.host == host)
        .order_by(columns["count"].desc())
    )
    return tuple(
        RefusedHostLinks(names[connector], Reason(reason), count)
        for connector, reason, count in connection.execute(statement)
    )


def _explanation(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    names: Mapping[int, str],
    marks: Mapping[str, bytes],
    now: datetime,
) -> Explanation:
    connector = names[row.connector_id]
    mark = marks.get(connector)
    read_otherwise = mark is not None and is_read_otherwise(row, mark)
    packed = connection.scalar(select(page_links.c.links).where(page_links.c.url_id == row.id))
    document = _document(connection, row)
    run_state = connection.scalar(select(runs.c.state).where(runs.c.id == row.run_id))
    return Explanation(
        url=row.url,
        connector=connector,
        run=row.run_id,
        run_state=None if run_state is None else RunState(run_state),
        state=UrlState(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        rule=row.rule,
        detail=row.detail,
        chain=_chain(connection, row),
        link_text=row.link_text,
        status=row.status,
        redirects=tuple(row.redirects or ()),
        renderer=row.renderer,
        renderer_reason=row.renderer_reason,
        content_type=row.content_type,
        size=row.size,
        attempts=row.attempts,
        fetched_at=row.fetched_at,
        milliseconds=row.fetch_ms,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        content_hash=row.content_hash,
        links=None if packed is None else len(unpack_links(packed)),
        target=_target(connection, row, connector),
        document=document,
        chunks=() if document is None else explained_chunks(connection, document.id),
        history=() if document is None else _history(connection, document.id),
        next_visit=next_visit(row, now, is_hub=is_hub(connection, row.id), read_otherwise=read_otherwise),
    )


def _target(connection: Connection, row: Row[*tuple[Any, ...]], connector: str) -> Target | None:
    if row.state not in LEADS_ELSEWHERE or row.detail is None:
        return None
    state = connection.scalar(select(urls.c.state).where(urls.c.key == url_key(connector, row.detail)))
    return Target(row.detail, None if state is None else UrlState(state))


def _chain(connection: Connection, row: Row[*tuple[Any, ...]]) -> tuple[Finding, ...]:
    """Referrer by referrer; another run may have found a page by another way, so circles are possible."""
    chain = [Finding(row.url, row.depth, FoundBy(row.found_by))]
    seen = {row.id}
    while row.referrer_id is not None and row.referrer_id not in seen and len(chain) < _LONGEST_CHAIN:
        seen.add(row.referrer_id)
        found = connection.execute(_REFERRER, {"referrer": row.referrer_id}).one_or_none()
        if found is None:
            break
        row = found
        chain.append(Finding(row.url, row.depth, FoundBy(row.found_by)))
    return tuple(chain)


# Built once, and not the whole row: long chains are what the slowest explanations spend their time on.
_REFERRER: Final = select(urls.c.id, urls.c.url, urls.c.depth, urls.c.found_by, urls.c.referrer_id).where(
    urls.c.id == bindparam("referrer")
)


def _document(connection: Connection, row: Row[*tuple[Any, ...]]) -> KnownDocument | None:
    names = list(dict.fromkeys(name for name in (row.document_id, row.key.hex()) if name is not None))
    known = {each.id: each for each in connection.execute(_DOCUMENT, {"names": names})}
    if not known:
        return None
    # A duplicate names its original's document; its own, from before, would mislead.
    found = next(known[name] for name in names if name in known)
    return KnownDocument(
        id=found.id,
        title=found.title,
        kind=found.kind,
        language=found.language,
        version=found.version,
        chunks=connection.execute(
            select(func.count())
            .select_from(chunks)
            .where(chunks.c.document_id == found.id, chunks.c.ordinal >= 0)
        ).scalar_one(),
        access=read_access_list(connection, found.access_id),
        faults=tuple(FieldFault(*fault) for fault in found.faults or ()),
        created_at=found.created_at,
        changed_at=found.changed_at,
        deleted_at=found.deleted_at,
        indexed=not found.pending,
    )


# Not its content, which may be large.
_DOCUMENT: Final = select(
    *(column for column in documents.c if column.name not in {"content", "fields", "content_hash"})
).where(documents.c.id.in_(bindparam("names", expanding=True)))


def _history(connection: Connection, document_id: str) -> tuple[FormerVersion, ...]:
    columns = document_versions.c
    statement = (
        select(columns.version, columns.title, columns.fetched_at, columns.replaced_at)
        .where(columns.document_id == document_id)
        .order_by(columns.version.desc())
    )
    return tuple(FormerVersion(*former) for former in connection.execute(statement))
