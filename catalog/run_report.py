"""One run, URL by URL, with reasons: every row, a page of them, and counts by verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.document import FieldFault
from catalog.kept_documents import Kept, protected_documents, why_kept
from catalog.runs import read_run
from catalog.tables import documents, refused_links, urls
from catalog.vocabulary import Reason, UrlState


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A URL as a run left it; the field names are the columns of `report --csv`."""

    url: str
    state: str
    reason: str | None
    rule: str | None
    status: int | None
    depth: int
    referrer: str | None
    renderer: str | None
    content_type: str | None
    bytes: int | None
    title: str | None
    document_id: str | None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which URLs of a run, in the order in which they were found.

    `after` is the number of the last one seen (`RunPage.next`), so that pages stay where they are while a run
    goes on; `limit` None: all of them.
    """

    state: UrlState | None = None
    reason: Reason | None = None
    after: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some URLs of a run; `next` is what to ask `after` for more, None at the end."""

    rows: tuple[ReportRow, ...]
    next: int | None


def report_rows(connection: Connection, run_id: int, wanted: Wanted = Wanted()) -> Iterator[ReportRow]:
    """Every URL whose latest run this was, as they were found, read in portions.

    The ledger has one row for each URL: what a later run met again is in that run's report.
    """
    return (row for _, row in _numbered(connection, run_id, wanted))


def report_page(connection: Connection, run_id: int, wanted: Wanted) -> RunPage:
    """A page of `wanted.limit` URLs."""
    assert wanted.limit is not None
    found = list(_numbered(connection, run_id, replace(wanted, limit=wanted.limit + 1)))
    shown = found[: wanted.limit]
    return RunPage(tuple(row for _, row in shown), shown[-1][0] if len(found) > len(shown) else None)


def _numbered(connection: Connection, run_id: int, wanted: Wanted) -> Iterator[tuple[int, ReportRow]]:
    run = read_run(connection, run_id)
    protected = frozenset() if run is None else protected_documents(connection, run)
    conditions = [urls.c.run_id == run_id, urls.c.id > wanted.after]
    if wanted.state is not None:
        conditions.append(urls.c.state == wanted.state.value)
    if wanted.reason is not None:
        conditions.append(urls.c.reason == wanted.reason.value)
    statement = _ROWS.where(*conditions).limit(wanted.limit).execution_options(yield_per=1000)
    for number, key, *found in connection.execute(statement):
        row: tuple[Any, ...] = tuple(found)
        shown = ReportRow(*row)
        kept = why_kept(key, shown.state, shown.reason, shown.document_id, protected)
        yield number, replace(shown, kept=kept)


_referrers: Final = urls.alias("referrers")
_ROWS: Final = (
    select(
        urls.c.id,
        urls.c.key,
        urls.c.url,
        urls.c.state,
        urls.c.reason,
        urls.c.rule,
        urls.c.status,
        urls.c.depth,
        _referrers.c.url,
        urls.c.renderer,
        urls.c.content_type,
        urls.c.size,
        documents.c.title,
        urls.c.document_id,
    )
    .outerjoin(_referrers, _referrers.c.id == urls.c.referrer_id)
    .outerjoin(documents, documents.c.id == urls.c.document_id)
    .order_by(urls.c.id)
)


def misfits(connection: Connection, run_id: int) -> Iterator[tuple[str, FieldFault]]:
    """The URLs of documents that a run met last, with the values that did not fit a field of theirs."""
    statement = (
        select(documents.c.url, documents.c.faults)
        .where(
            documents.c.run_id == run_id, documents.c.faults.is_not(None), documents.c.deleted_at.is_(None)
        )
        .order_by(documents.c.url)
    )
    for url, faults in connection.execute(statement):
        yield from ((url, FieldFault(*fault)) for fault in faults)


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many URLs of a run share a verdict."""

    state: UrlState
    reason: Reason | None
    count: int


def verdict_counts(connection: Connection, run_id: int) -> tuple[VerdictCount, ...]:
    """The verdicts of a run's URLs, the most frequent first."""
    statement = (
        select(urls.c.state, urls.c.reason, func.count())
        .where(urls.c.run_id == run_id)
        .group_by(urls.c.state, urls.c.reason)
    )
    counts = [
        VerdictCount(UrlState(state), None if reason is None else Reason(reason), count)
        for state, reason, count in connection.execute(statement)
    ]
    return tuple(sorted(counts, key=lambda verdict: (-verdict.count, verdict.state, verdict.reason or "")))


@dataclass(frozen=True, slots=True)
class RefusedHost:
    """A host whose links were not followed, with how many there were and some of them."""

    host: str
    reason: Reason
    count: int
    examples: tuple[str, ...]


def refused_hosts(connection: Connection, run_id: int) -> tuple[RefusedHost, ...]:
    """The hosts that a run left out, those with the most links first."""
    columns = refused_links.c
    statement = (
        select(columns.host, columns.reason, columns["count"], columns.examples)
        .where(columns.run_id == run_id)
        .order_by(columns["count"].desc(), columns.host)
    )
    return tuple(
        RefusedHost(host, Reason(reason), count, tuple(examples))
        for host, reason, count, examples in connection.execute(statement)
    )
