"""What the query log comes to over a period: totals, days, latency, questions and documents that stand out.

Of a question that was paged through, the first page counts; of blank ones, which browse, nothing does. Days
are those of UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, func, select, true

from catalog.query_log import clicks, queries

LOW_CONFIDENCE: Final = "low"
PERCENTILES: Final = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to, not including, `until`."""

    since: datetime
    until: datetime


class Kind(StrEnum):
    """Which questions a list is of."""

    ALL = "queries"
    ZERO_RESULTS = "zero_results"
    LOW_CONFIDENCE = "low_confidence"
    NO_CLICKS = "no_clicks"


@dataclass(frozen=True, slots=True)
class Tally:
    """What some questions come to. `callers` are different ones, `no_clicks` had results of which none was
    opened, `answered` an answer above them; `click_position` is the mean, None without clicks."""

    queries: int
    callers: int
    zero_results: int
    low_confidence: int
    no_clicks: int
    answered: int
    clicks: int
    click_position: float | None


@dataclass(frozen=True, slots=True)
class QueryCount:
    """A question as typed last, how often and by how many callers it was asked, and what was opened."""

    query: str
    count: int
    callers: int
    clicks: int
    click_position: float | None


_OPENED: Final = (
    select(
        clicks.c.query_id,
        func.count().label("opened"),
        func.sum(clicks.c.position).label("positions"),
    )
    .group_by(clicks.c.query_id)
    .subquery("opened_by_query")
)
_CLICKS: Final = func.coalesce(func.sum(_OPENED.c.opened), 0)
_POSITION: Final = func.sum(_OPENED.c.positions) * 1.0 / func.sum(_OPENED.c.opened)
_CONDITIONS: Final[Mapping[Kind, ColumnElement[bool]]] = {
    Kind.ALL: true(),
    Kind.ZERO_RESULTS: queries.c.total == 0,
    Kind.LOW_CONFIDENCE: and_(queries.c.total > 0, queries.c.confidence == LOW_CONFIDENCE),
    Kind.NO_CLICKS: and_(queries.c.total > 0, _OPENED.c.opened.is_(None)),
}


def read_tally(connection: Connection, period: Period) -> Tally:
    """The whole period."""
    row = connection.execute(_tallied(period)).one()
    return Tally(*row)


def read_days(connection: Connection, period: Period) -> dict[date, Tally]:
    """Each day on which something was asked, in order."""
    day = func.date(queries.c.asked_at)
    rows = connection.execute(_tallied(period).add_columns(day).group_by(day).order_by(day))
    return {date.fromisoformat(row[-1]): Tally(*row[:-1]) for row in rows}


def read_latencies(connection: Connection, period: Period) -> dict[int, float | None]:
    """Percentile → milliseconds that an answer took (nearest rank); None where nothing was asked."""
    asked = _within(select(queries.c.took_ms), period).order_by(queries.c.took_ms)
    count = connection.scalar(select(func.count()).select_from(asked.subquery())) or 0
    return {
        each: connection.scalar(asked.offset(max(0, -(-count * each // 100) - 1)).limit(1))
        for each in PERCENTILES
    }


def read_top_queries(
    connection: Connection, period: Period, kind: Kind, limit: int
) -> tuple[QueryCount, ...]:
    """The most frequent questions of a kind."""
    count = func.count()
    # SQLite takes the text from the very row that has the greatest moment.
    wanted = select(
        queries.c.text,
        count,
        func.count(distinct(queries.c.caller)),
        _CLICKS,
        _POSITION,
        func.max(queries.c.asked_at),
    )
    statement = (
        _within(_with_clicks(wanted), period)
        .where(_CONDITIONS[kind])
        .group_by(queries.c.normal)
        .order_by(count.desc(), queries.c.normal)
        .limit(limit)
    )
    return tuple(QueryCount(*row[:-1]) for row in connection.execute(statement))


def read_top_documents(connection: Connection, period: Period, limit: int) -> dict[str, int]:
    """The ids of the documents that were opened most, with how often."""
    count = func.count()
    statement = (
        select(clicks.c.document_id, count)
        .where(clicks.c.at >= period.since, clicks.c.at < period.until)
        .group_by(clicks.c.document_id)
        .order_by(count.desc(), clicks.c.document_id)
        .limit(limit)
    )
    return {row.document_id: row[1] for row in connection.execute(statement)}


def _tallied(period: Period) -> Select[Any]:
    def how_many(kind: Kind) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((_CONDITIONS[kind], 1), else_=0)), 0)

    wanted = select(
        func.count(),
        func.count(distinct(queries.c.caller)),
        how_many(Kind.ZERO_RESULTS),
        how_many(Kind.LOW_CONFIDENCE),
        how_many(Kind.NO_CLICKS),
        func.coalesce(func.sum(case((queries.c.answers > 0, 1), else_=0)), 0),
        _CLICKS,
        _POSITION,
    )
    return _within(_with_clicks(wanted), period)


def _with_clicks(statement: Select[Any]) -> Select[Any]:
    return statement.select_from(queries.outerjoin(_OPENED, _OPENED.c.query_id == queries.c.id))


def _within(statement: Select[Any], period: Period) -> Select[Any]:
    return statement.where(
        queries.c.asked_at >= period.since,
        queries.c.asked_at < period.until,
        queries.c.offset == 0,
        queries.c.normal != "",
    )
