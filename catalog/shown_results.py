"""What became of results: how often each was shown and opened at each position, what people said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select, text

from catalog.columns import Moment
from catalog.query_log import feedback, queries

_EXPOSURES: Final = text(
    """
    SELECT q.normal, r.key AS document_id, r.value AS position, COUNT(*) AS shown, COUNT(c.id) AS opened
    FROM queries q JOIN json_each(q.results) r
        LEFT JOIN clicks c ON c.query_id = q.id AND c.document_id = r.key
    WHERE q.asked_at >= :since AND q.normal <> '' AND q.filter IS NULL
    GROUP BY q.normal, r.key, r.value
    """
).bindparams(bindparam("since", type_=Moment()))


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often a question (in its normal form) showed a document at a position from 1, and how often it was
    opened there."""

    normal: str
    document_id: str
    position: int
    shown: int
    opened: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many people found a document relevant for a question, less those who did not."""

    normal: str
    document_id: str
    balance: int


def read_exposures(connection: Connection, since: datetime) -> Iterator[Exposure]:
    """Of every question without a filter since a moment, in the order of questions."""
    for row in connection.execute(_EXPOSURES, {"since": since}):
        yield Exposure(row.normal, row.document_id, row.position, row.shown, row.opened)


def read_verdicts(connection: Connection, since: datetime) -> tuple[Verdict, ...]:
    """What was said since a moment of the results of questions without a filter."""
    statement = (
        select(queries.c.normal, feedback.c.document_id, func.sum(2 * feedback.c.relevant - 1))
        .join(queries, queries.c.id == feedback.c.query_id)
        .where(feedback.c.at >= since, queries.c.normal != "", queries.c.filter.is_(None))
        .group_by(queries.c.normal, feedback.c.document_id)
    )
    return tuple(Verdict(*row) for row in connection.execute(statement))


def read_wordings(connection: Connection, since: datetime) -> dict[str, str]:
    """How each question was typed last, by its normal form."""
    statement = (
        select(queries.c.normal, queries.c.text, func.max(queries.c.asked_at))
        .where(queries.c.asked_at >= since, queries.c.normal != "")
        .group_by(queries.c.normal)
    )
    return {row.normal: row.text for row in connection.execute(statement)}
