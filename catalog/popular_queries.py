"""Which questions several people asked, and which of them belong together: read from the query log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from sqlalchemy import Connection, distinct, func, select, text

from catalog.query_log import clicks, queries

MOST_POPULAR: Final = 20_000
"""Questions that are remembered, the most frequent ones."""
SESSION_MINUTES: Final = 10
"""Two questions that one caller asks within so many minutes belong together."""
MOST_RELATED: Final = 20
_MOST_FOR_A_DOCUMENT: Final = 50
"""Questions that led to one document and are taken for akin: those of the most callers."""

_ASKED_NEXT: Final = text(
    """
    SELECT before, normal, COUNT(DISTINCT caller) AS callers
    FROM (
        SELECT caller, normal, asked_at,
            LAG(normal) OVER asking AS before, LAG(asked_at) OVER asking AS asked_before
        FROM queries
        WHERE "offset" = 0 AND caller IS NOT NULL
        WINDOW asking AS (PARTITION BY caller ORDER BY asked_at)
    )
    WHERE before <> normal AND julianday(asked_at) - julianday(asked_before) <= :minutes / 1440.0
    GROUP BY before, normal
    HAVING COUNT(DISTINCT caller) >= :least
    """
)


@dataclass(frozen=True, slots=True)
class PopularQuery:
    """A question without a filter that found something: as typed last, in its normal form, and how often it
    was asked."""

    text: str
    normal: str
    count: int


def read_popular_queries(connection: Connection, least_callers: int) -> tuple[PopularQuery, ...]:
    """The questions that at least so many callers asked, the most frequent first."""
    callers = func.count(distinct(queries.c.caller))
    # SQLite takes the text from the very row that has the greatest moment.
    statement = (
        select(queries.c.text, queries.c.normal, func.count().label("count"), func.max(queries.c.asked_at))
        .where(queries.c.offset == 0, queries.c.total > 0, queries.c.filter.is_(None), queries.c.normal != "")
        .group_by(queries.c.normal)
        .having(callers >= least_callers)
        .order_by(func.count().desc(), queries.c.normal)
        .limit(MOST_POPULAR)
    )
    rows = connection.execute(statement)
    return tuple(PopularQuery(row.text, row.normal, row._mapping["count"]) for row in rows)


def read_related_queries(connection: Connection, least_callers: int) -> Mapping[str, tuple[str, ...]]:
    """For each question (in its normal form) those that belong to it, the closest first.

    Two belong together as often as a caller asked one soon after the other, or as callers of both opened the
    same document; at least `least_callers` times.
    """
    ties: defaultdict[tuple[str, str], int] = defaultdict(int)
    asked = connection.execute(_ASKED_NEXT, {"minutes": SESSION_MINUTES, "least": least_callers})
    for before, normal, callers in asked:
        ties[min(before, normal), max(before, normal)] += callers
    for opened in _opened(connection).values():
        for (one, callers), (other, others) in combinations(opened[:_MOST_FOR_A_DOCUMENT], 2):
            ties[min(one, other), max(one, other)] += min(callers, others)
    related: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for (one, other), times in ties.items():
        if times >= least_callers:
            related[one].append((-times, other))
            related[other].append((-times, one))
    return {
        normal: tuple(each for _, each in sorted(ties)[:MOST_RELATED]) for normal, ties in related.items()
    }


def _opened(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """By document the questions that led to it with how many callers opened it, most first."""
    callers = func.count(distinct(queries.c.caller))
    statement = (
        select(clicks.c.document_id, queries.c.normal, callers)
        .join(queries, queries.c.id == clicks.c.query_id)
        .where(queries.c.normal != "")
        .group_by(clicks.c.document_id, queries.c.normal)
        .order_by(clicks.c.document_id, callers.desc(), queries.c.normal)
    )
    opened: dict[str, list[tuple[str, int]]] = {}
    for document_id, normal, count in connection.execute(statement):
        opened.setdefault(document_id, []).append((normal, count))
    return opened
