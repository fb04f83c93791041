"""The ledger: one row for every URL ever seen, and, where its state is `queued`, the durable frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    func,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from catalog.bulk import ManyOf, ManyRows
from catalog.dialect import fitting, insert_into
from catalog.history import history_after
from catalog.tables import urls
from catalog.task import FetchTask, FoundBy
from catalog.visit import REACHABLE_ANOTHER_WAY, Discovery, FetchedCopy, Verdict, each_once
from catalog.vocabulary import Reason, UrlState

_TASK_COLUMNS: Final = (
    urls.c.id,
    urls.c.key,
    urls.c.url,
    urls.c.host,
    urls.c.depth,
    urls.c.connector_id,
    urls.c.found_by,
    urls.c.attempts,
    cast(urls.c.redirects, Text).label("redirects"),
    urls.c.link_text,
    urls.c.etag,
    urls.c.last_modified,
    urls.c.body_hash,
    urls.c.content_hash,
    urls.c.read_by,
    urls.c.document_id,
)


def enqueue(
    connection: Connection, connector_id: int, run_id: int, discoveries: Sequence[Discovery]
) -> tuple[FetchTask, ...]:
    """Queue what this run has not met yet; return just those rows, now durable.

    A URL that an earlier run knew is queued again under its old id; one that this run has met stays as it
    is, unless it was refused only for the way it was reached, or has no link text yet. Of the runs that met a
    URL with a link text the latest one's stays.
    """
    dialect = connection.dialect.name
    found = each_once(discoveries)
    of_run = {"of_connector": connector_id, "of_run": run_id, "in_state": UrlState.QUEUED.value}
    if found:
        met = _met_already(dialect).fetch(connection, _KEYS.parameters([[key] for key in found]) | of_run)
        known = {key: (found.pop(key), has_text) for key, has_text in met}
        _name(connection, [item for item, has_text in known.values() if item.link_text and not has_text])
    if not found:
        return ()
    rows = [_met_row(item) for item in found.values()]
    connection.execute(_enqueuing(dialect), _MET.parameters(rows) | of_run)
    # Not by RETURNING: each row that SQLite returns is a hand-over of Python's global lock.
    queued = _just_queued(dialect).fetch(connection, _KEYS.parameters([[key] for key in found]) | of_run)
    return tuple(map(_task, sorted(queued)))


def refuse(connection: Connection, connector_id: int, run_id: int, discoveries: Sequence[Discovery]) -> int:
    """Write down URLs that the rules refused before any request; return how many this run had not met."""
    if not discoveries:
        return 0
    parameters = _REFUSED.parameters(
        [
            [*_met_row(item), item.decision.reason, item.decision.rule]
            for item in each_once(discoveries).values()
        ]
    )
    of_run = {"of_connector": connector_id, "of_run": run_id, "in_state": UrlState.REFUSED.value}
    return int(connection.execute(_refusing(connection.dialect.name), parameters | of_run).rowcount)


def requeue(connection: Connection, run_id: int, url_ids: Select[tuple[int]], found_by: FoundBy) -> int:
    """Put rows back into the frontier of this run, whatever their state; return how many.

    Each is asked for directly, without the redirects that once led there.
    """
    again = {"reason": None, "rule": None, "detail": None, "attempts": 0, "redirects": null()}
    result = connection.execute(
        update(urls)
        .where(urls.c.id.in_(url_ids))
        .values(run_id=run_id, state=UrlState.QUEUED.value, found_by=found_by.value, **again)
    )
    return int(result.rowcount)


def record_verdicts(connection: Connection, verdicts: Sequence[Verdict], now: datetime) -> None:
    """Write what visits came to; the rows leave the frontier."""
    shapes: dict[tuple[bool, bool], list[list[Any]]] = {}
    for verdict in verdicts:
        shape = (verdict.copy is not None, verdict.document_id is not None)
        shapes.setdefault(shape, []).append(_verdict_row(verdict))
    for (copy, document), rows in shapes.items():
        many, statement = _visiting(connection.dialect.name, with_copy=copy, with_document=document)
        connection.execute(statement, many.parameters(rows) | {"now": now})


def queued_hosts(connection: Connection, connector_id: int, run_id: int) -> Mapping[str, int]:
    """How many URLs of this run wait, per host."""
    statement = (
        select(urls.c.host, func.count())
        .where(urls.c.connector_id == connector_id, urls.c.state == _QUEUED_LITERAL, urls.c.run_id == run_id)
        .group_by(urls.c.host)
    )
    return {row.host: row[1] for row in connection.execute(statement)}


def read_link_text(connection: Connection, key: bytes) -> str:
    """What a link says of the URL of a key, as far as is known; else ""."""
    return connection.scalar(select(urls.c.link_text).where(urls.c.key == key)) or ""


def frontier_window(
    connection: Connection, connector_id: int, run_id: int, host: str, limit: int
) -> tuple[FetchTask, ...]:
    """The first `limit` queued URLs of a host, in the order in which they were first found."""
    of_lane = {"of_connector": connector_id, "of_run": run_id, "on_host": host, "most": limit}
    return tuple(map(_task, sorted(_window(connection.dialect.name).fetch(connection, of_lane))))


def state_counts(
    connection: Connection, connector_id: int, run_id: int
) -> dict[tuple[UrlState, Reason | None], int]:
    """How many URLs that this run met stand in each state, by reason."""
    statement = (
        select(urls.c.state, urls.c.reason, func.count())
        .where(urls.c.connector_id == connector_id, urls.c.run_id == run_id)
        .group_by(urls.c.state, urls.c.reason)
    )
    return {
        (UrlState(state), Reason(reason) if reason else None): count
        for state, reason, count in connection.execute(statement)
    }


_COPY_COLUMNS: Final = tuple(field.name for field in fields(FetchedCopy))
_VERDICT_COLUMNS: Final = ("id", "state", "reason", "rule", "detail", "status", "attempts", "fetch_ms")
_MET_COLUMNS: Final = ("key", "url", "host", "depth", "referrer_id", "found_by", "redirects", "link_text")

_KEYS: Final = ManyRows([urls.c.key])
_MET: Final = ManyRows([urls.c[name] for name in _MET_COLUMNS])
_REFUSED: Final = ManyRows([urls.c[name] for name in (*_MET_COLUMNS, "reason", "rule")])
_NAMED: Final = ManyRows([urls.c.key, urls.c.link_text])

# The literal state lets both engines use the partial index.
_QUEUED_LITERAL: Final[BindParameter[str]] = bindparam("queued", "queued", literal_execute=True)


@cache
def _window(dialect: str) -> ManyOf:
    query = (
        select(*_TASK_COLUMNS)
        .where(
            urls.c.connector_id == bindparam("of_connector"),
            urls.c.host == bindparam("on_host"),
            urls.c.state == _QUEUED_LITERAL,
            urls.c.run_id == bindparam("of_run"),
        )
        .order_by(urls.c.id)
        .limit(bindparam("most"))
    )
    return ManyOf(query, dialect)


@cache
def _met_already(dialect: str) -> ManyOf:
    """Those of some keys that the run has met, and not refused only for the way they were reached, and
    whether each has a link text."""
    keys = _KEYS.source(dialect)
    met = and_(
        urls.c.run_id >= bindparam("of_run"),
        or_(urls.c.state != UrlState.REFUSED, urls.c.reason.not_in(REACHABLE_ANOTHER_WAY)),
    )
    query = select(urls.c.key, urls.c.link_text.is_not(None).label("has_text"))
    return ManyOf(query.join(keys, keys.c.key == urls.c.key).where(met), dialect)


@cache
def _just_queued(dialect: str) -> ManyOf:
    keys = _KEYS.source(dialect)
    query = select(*_TASK_COLUMNS).join(keys, keys.c.key == urls.c.key)
    return ManyOf(query.where(urls.c.run_id == bindparam("of_run"), urls.c.state == UrlState.QUEUED), dialect)


def _met_by_run(dialect: str, many: ManyRows) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of rows that one run met, all in one state."""
    source = many.source(dialect)
    of_run = {
        "connector_id": bindparam("of_connector", type_=Integer),
        "run_id": bindparam("of_run", type_=Integer),
        "state": bindparam("in_state", type_=String),
    }
    # SQLite takes the ON of ON CONFLICT for that of a join, unless a WHERE comes before it.
    rows = select(*source.c, *of_run.values()).where(true())
    return insert_into(dialect, urls).from_select([*source.c.keys(), *of_run], rows)


@cache
def _enqueuing(dialect: str) -> sqlite.Insert | postgresql.Insert:
    insert = _met_by_run(dialect, _MET)
    met_anew = {
        column: insert.excluded[column]
        for column in ("run_id", "depth", "referrer_id", "found_by", "redirects", "state")
    } | {"link_text": _latest_text(insert)}
    return insert.on_conflict_do_update(
        index_elements=[urls.c.key],
        set_=met_anew | {"reason": null(), "rule": null(), "detail": null(), "attempts": 0},
        where=or_(
            urls.c.run_id < insert.excluded.run_id,
            and_(urls.c.state == UrlState.REFUSED, urls.c.reason.in_(REACHABLE_ANOTHER_WAY)),
        ),
    )


def _latest_text(insert: sqlite.Insert | postgresql.Insert) -> ColumnElement[str | None]:
    """A page that was not read anew hands its links over without their texts."""
    return func.coalesce(insert.excluded.link_text, urls.c.link_text)


def _name(connection: Connection, discoveries: Sequence[Discovery]) -> None:
    """Note the link texts of URLs that have none."""
    if discoveries:
        rows = [[item.key, item.link_text] for item in discoveries]
        connection.execute(_naming(connection.dialect.name), _NAMED.parameters(rows))


@cache
def _naming(dialect: str) -> Update:
    source = _NAMED.source(dialect)
    return update(urls).where(urls.c.key == source.c.key).values(link_text=source.c.link_text)


@cache
def _refusing(dialect: str) -> sqlite.Insert | postgresql.Insert:
    insert = _met_by_run(dialect, _REFUSED)
    met_anew = {
        column: insert.excluded[column]
        for column in ("run_id", "depth", "referrer_id", "found_by", "state", "reason", "rule")
    } | {"link_text": _latest_text(insert)}
    return insert.on_conflict_do_update(
        index_elements=[urls.c.key],
        set_=met_anew | {"detail": null()},
        where=urls.c.run_id < insert.excluded.run_id,
    ).execution_options(preserve_rowcount=True)


@cache
def _visiting(dialect: str, *, with_copy: bool, with_document: bool) -> tuple[ManyRows, Update]:
    """An UPDATE of visited rows: of a body only where one was read, of a document only where one is meant."""
    names = (
        *_VERDICT_COLUMNS,
        *(_COPY_COLUMNS if with_copy else ()),
        *(("document_id",) if with_document else ()),
    )
    many = ManyRows([urls.c[name] for name in names])
    source = many.source(dialect)
    changes = {name: source.c[name] for name in names if name != "id"}
    now = bindparam("now", type_=urls.c.fetched_at.type)
    changes |= {"fetched_at": now, **history_after(source.c.state, now)}
    return many, update(urls).where(urls.c.id == source.c.id).values(changes)


def _verdict_row(verdict: Verdict) -> list[Any]:
    row: list[Any] = [
        verdict.url_id,
        verdict.state,
        verdict.reason,
        verdict.rule,
        verdict.detail,
        verdict.status,
        verdict.attempts,
        verdict.milliseconds,
    ]
    if (copy := verdict.copy) is not None:
        row += (
            fitting(copy.content_type, urls.c.content_type),
            copy.size,
            copy.renderer,
            copy.etag,
            copy.last_modified,
            copy.body_hash,
            copy.content_hash,
            copy.renderer_reason,
            copy.read_by,
            copy.headers,
            copy.sketch,
        )
    if verdict.document_id is not None:
        row.append(verdict.document_id)
    return row


def _met_row(item: Discovery) -> list[Any]:
    return [
        item.key,
        item.url,
        fitting(item.host, urls.c.host),
        item.depth,
        item.referrer_id,
        item.found_by,
        item.redirects or None,
        item.link_text or None,
    ]


def _task(row: Sequence[Any]) -> FetchTask:
    """The task that a row of `_TASK_COLUMNS` stands for."""
    url_id, key, url, host, depth, connector_id, found_by, attempts, redirects, text, *copy, document_id = row
    # Only a document of its own is asked for conditionally: a 304 says nothing about a refused page (of which
    # no content was kept, even where its document is protected), nor whether a copy still is one.
    etag, last_modified, body_hash, content_hash, read_by = copy
    kept = content_hash is not None and document_id == key.hex()
    return FetchTask(
        url_id,
        key,
        url,
        host,
        depth,
        connector_id,
        _FOUND_BY[found_by],
        attempts,
        tuple(orjson.loads(redirects) or ()) if redirects else (),
        text or "",
        etag if kept else None,
        last_modified if kept else None,
        body_hash if kept else None,
        document_id,
        read_by if kept else None,
    )


_FOUND_BY: Final = {each.value: each for each in FoundBy}
