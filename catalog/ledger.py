"""The ledger: one row for every URL ever seen, and, where its state is `queued`, the durable frontier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    func,
    null,
    or_,
    select,
    update,
)

from catalog.dialect import fitting, insert_or
from catalog.tables import urls
from catalog.task import FetchTask, FoundBy
from catalog.visit import REACHABLE_ANOTHER_WAY, Discovery, FetchedCopy, Verdict
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
    urls.c.redirects,
    urls.c.etag,
    urls.c.last_modified,
    urls.c.body_hash,
    urls.c.content_hash,
    urls.c.document_id,
)

# What leaves a seed without effect although its server gave what was asked for: a page that is only a way
# in need not be a document.
_ONLY_A_WAY_IN: Final = (
    Reason.NOINDEX,
    Reason.EMPTY_CONTENT,
    Reason.EXCLUDED_BY_INDEX_FILTER,
    Reason.NOT_INCLUDED_BY_INDEX_FILTER,
    Reason.EXCLUDED_BY_FILE_FILTER,
    Reason.NOT_INCLUDED_BY_FILE_FILTER,
    Reason.FILE_TYPE_NOT_WANTED,
    Reason.ATTACHMENTS_OFF,
)


# No IN list: an expanding parameter cannot be used for many rows at once.
_only_for_the_way: Final = or_(*(urls.c.reason == reason for reason in REACHABLE_ANOTHER_WAY))


def enqueue(
    connection: Connection, connector_id: int, run_id: int, discoveries: Sequence[Discovery]
) -> tuple[FetchTask, ...]:
    """Queue what this run has not met yet; return just those rows, now durable.

    A URL that an earlier run knew is queued again under its old id; one that this run has met stays as it
    is, unless it was refused only for the way it was reached.
    """
    if not discoveries:
        return ()
    insert = insert_or(connection, urls)
    met_anew = {
        column: insert.excluded[column]
        for column in ("run_id", "depth", "referrer_id", "found_by", "redirects", "state")
    }
    statement = insert.on_conflict_do_update(
        index_elements=[urls.c.key],
        set_=met_anew | {"reason": null(), "rule": null(), "detail": null(), "attempts": 0},
        where=or_(
            urls.c.run_id < insert.excluded.run_id,
            and_(urls.c.state == UrlState.REFUSED, _only_for_the_way),
        ),
    ).returning(*_TASK_COLUMNS)
    rows = [
        _row(connector_id, run_id, item) | {"state": UrlState.QUEUED.value} for item in _once(discoveries)
    ]
    return tuple(_task(row) for row in connection.execute(statement, rows))


def refuse(connection: Connection, connector_id: int, run_id: int, discoveries: Sequence[Discovery]) -> int:
    """Write down URLs that the rules refused before any request; return how many this run had not met."""
    if not discoveries:
        return 0
    insert = insert_or(connection, urls)
    met_anew = {
        column: insert.excluded[column]
        for column in ("run_id", "depth", "referrer_id", "found_by", "state", "reason", "rule")
    }
    statement = insert.on_conflict_do_update(
        index_elements=[urls.c.key],
        set_=met_anew | {"detail": null()},
        where=urls.c.run_id < insert.excluded.run_id,
    ).returning(urls.c.id)
    rows = [
        _row(connector_id, run_id, item)
        | {
            "state": UrlState.REFUSED.value,
            "reason": item.decision.reason,
            "rule": item.decision.rule,
        }
        for item in _once(discoveries)
    ]
    return len(connection.execute(statement, rows).all())


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
    by_columns: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for verdict in verdicts:
        row = _verdict_row(verdict, now)
        by_columns.setdefault(tuple(row), []).append(row)
    for columns, rows in by_columns.items():
        connection.execute(_visit_update(columns), rows)


def queued_hosts(connection: Connection, connector_id: int, run_id: int) -> Mapping[str, int]:
    """How many URLs of this run wait, per host."""
    statement = (
        select(urls.c.host, func.count())
        .where(urls.c.connector_id == connector_id, urls.c.state == "queued", urls.c.run_id == run_id)
        .group_by(urls.c.host)
    )
    return {row.host: row[1] for row in connection.execute(statement)}


def frontier_window(
    connection: Connection, connector_id: int, run_id: int, host: str, limit: int
) -> tuple[FetchTask, ...]:
    """The first `limit` queued URLs of a host, in the order in which they were first found."""
    statement: Select[Any] = (
        select(*_TASK_COLUMNS)
        # The literal state lets both engines use the partial index.
        .where(
            urls.c.connector_id == connector_id,
            urls.c.host == host,
            urls.c.state == _QUEUED_LITERAL,
            urls.c.run_id == run_id,
        )
        .order_by(urls.c.id)
        .limit(limit)
    )
    return tuple(_task(row) for row in connection.execute(statement))


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


def failed_seeds(connection: Connection, connector_id: int, run_id: int) -> tuple[tuple[str, str], ...]:
    """The seeds of a run, and what they redirect to, that could not be fetched: (URL, what was seen)."""
    statement = (
        select(urls.c.url, urls.c.state, urls.c.detail, urls.c.reason)
        .where(
            urls.c.connector_id == connector_id,
            urls.c.run_id == run_id,
            urls.c.depth == 0,
            urls.c.found_by.in_((FoundBy.SEED, FoundBy.REDIRECT)),
            or_(
                urls.c.state.in_((UrlState.FAILED, UrlState.GONE)),
                and_(urls.c.state == UrlState.REFUSED, urls.c.reason.not_in(_ONLY_A_WAY_IN)),
                and_(urls.c.state == UrlState.REDIRECT, urls.c.reason.is_not(None)),
            ),
        )
        .order_by(urls.c.id)
    )
    return tuple((row.url, _trouble(row)) for row in connection.execute(statement))


def _trouble(row: Row[*tuple[Any, ...]]) -> str:
    explanation = Reason(row.reason).explanation
    if row.state == UrlState.REDIRECT:
        return f"it redirects to {row.detail}: {explanation}"
    return row.detail or explanation


_QUEUED_LITERAL: Final[BindParameter[str]] = bindparam("queued", "queued", literal_execute=True)

_COPY_COLUMNS: Final = tuple(field.name for field in fields(FetchedCopy))


@cache
def _visit_update(columns: tuple[str, ...]) -> Update:
    """An UPDATE by `url_id` of the columns whose bound names (`new_…`) are given: a handful of shapes."""
    changes: dict[str, Any] = {
        name.removeprefix("new_"): bindparam(name) for name in columns if name.startswith("new_")
    }
    return update(urls).where(urls.c.id == bindparam("url_id")).values(changes)


def _verdict_row(verdict: Verdict, now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "url_id": verdict.url_id,
        "new_state": verdict.state.value,
        "new_reason": verdict.reason,
        "new_rule": verdict.rule,
        "new_detail": verdict.detail,
        "new_status": verdict.status,
        "new_attempts": verdict.attempts,
        "new_fetch_ms": verdict.milliseconds,
        "new_fetched_at": now,
    }
    if verdict.document_id is not None:
        row["new_document_id"] = verdict.document_id
    if verdict.copy is not None:
        for column in _COPY_COLUMNS:
            row[f"new_{column}"] = getattr(verdict.copy, column)
        row["new_content_type"] = fitting(verdict.copy.content_type, urls.c.content_type)
    return row


def _once(discoveries: Sequence[Discovery]) -> Iterable[Discovery]:
    """Each key's first: PostgreSQL refuses to change a row twice in one statement."""
    first: dict[bytes, Discovery] = {}
    for item in discoveries:
        first.setdefault(item.key, item)
    return first.values()


def _row(connector_id: int, run_id: int, item: Discovery) -> dict[str, object]:
    return {
        "connector_id": connector_id,
        "key": item.key,
        "url": item.url,
        "host": fitting(item.host, urls.c.host),
        "depth": item.depth,
        "referrer_id": item.referrer_id,
        "found_by": item.found_by.value,
        "run_id": run_id,
        "redirects": list(item.redirects) or None,
    }


def _task(row: Row[*tuple[Any, ...]]) -> FetchTask:
    # Only a document of its own is asked for conditionally: a 304 says nothing about a refused page (of which
    # no content was kept, even where its document is protected), nor whether a copy still is one.
    kept = row.document_id == row.key.hex() and row.content_hash is not None
    return FetchTask(
        url_id=row.id,
        key=row.key,
        url=row.url,
        host=row.host,
        depth=row.depth,
        connector_id=row.connector_id,
        found_by=FoundBy(row.found_by),
        attempts=row.attempts,
        redirects=tuple(row.redirects or ()),
        etag=row.etag if kept else None,
        last_modified=row.last_modified if kept else None,
        body_hash=row.body_hash if kept else None,
        document_id=row.document_id,
    )
